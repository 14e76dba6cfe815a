"""Who may open and change what: sign-in, cookies, tokens against forged requests, headers."""
