"""The preview site: a pod's web application in the browser, on a host name of its own, without a published port.

PURE, each a set of rules: `hosts.py`, `headers.py`, `origins.py`, `reasons.py`, `pages.py`. `grants.py` says who may;
`tunnel.py` is a connection to the pod through its node; `exchange.py` and `websocket.py` carry a request and a
WebSocket over it; `site.py` is the ASGI application in front of the portal's.
"""
