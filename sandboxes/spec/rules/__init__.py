"""Kubernetes' rules for the parts of a pod, a file a topic; `validation.py` puts them together."""
