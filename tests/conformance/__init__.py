"""Kubernetes' own conformance and node tests, transposed: named after them, in our words, on real Docker.

One module a group of PODS §8; `case.py` is what they are made of, `test_conformance.py` plays them.
"""
