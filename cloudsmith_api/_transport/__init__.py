"""Everything that sends and receives with urllib3: attempts, pools, retries, timeouts, bodies, errors, proxies, TLS."""
