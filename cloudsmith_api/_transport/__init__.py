"""All that knows urllib3: attempts, pools, retries, timeouts, bodies, errors, proxies and TLS."""
