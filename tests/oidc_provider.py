"""A sign-in of the state for tests: a process of its own that speaks OpenID Connect.

Everybody who asks it is the subject that stands in SUBJECT, with an e-mail that says EMAIL. It
refuses what is not: code, PKCE with S256, an answer by a form, its own client and secret. What it
is to do wrongly, ``/wrong?KIND`` says; a bare ``/wrong`` makes it right again.
"""

import base64
import hashlib
import html
import json
import os
import secrets
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "kamkor", "an invented secret"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
GIVEN: dict[str, dict[str, str]] = {}
WRONG: list[str] = []


class Provider(BaseHTTPRequestHandler):
    """Its four pages."""

    @property
    def here(self) -> str:
        """Its own address."""
        _host, port = self.connection.getsockname()
        return f"http://127.0.0.1:{port}"

    def log_message(self, *_told: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        """The configuration, the keys, or the page where one says who one is."""
        asked = urlsplit(self.path)
        if asked.path == "/wrong":
            WRONG[:] = [asked.query]
            self.answer({})
        elif asked.path == "/keys" and "led_elsewhere" in WRONG:
            self.send_response(302)
            self.send_header("Location", "/keys/moved")
            self.end_headers()
        elif asked.path == "/.well-known/openid-configuration":
            self.answer(
                {
                    "issuer": "http://other.example" if "issuer_told" in WRONG else self.here,
                    "authorization_endpoint": f"{self.here}/authorize",
                    "token_endpoint": f"{self.here}/token",
                    "userinfo_endpoint": f"{self.here}/userinfo",
                    "jwks_uri": f"{self.here}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            )
        elif asked.path in {"/keys", "/keys/moved"}:
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            self.answer({"keys": [key | {"kid": "one", "alg": "RS256", "use": "sig"}]})
        elif asked.path == "/authorize":
            self.authorize({name: held[0] for name, held in parse_qs(asked.query).items()})
        else:
            self.send_error(404)

    def authorize(self, asked: dict[str, str]) -> None:
        """A page with a form that sends the code back."""
        right = (
            asked.get("response_type") == "code"
            and asked.get("code_challenge_method") == "S256"
            and asked.get("response_mode") == "form_post"
            and asked.get("client_id") == CLIENT
            and asked.get("scope") == "openid"
            and asked.get("max_age") == "900"
            and bool(asked.get("nonce"))
        )
        if not right:
            self.send_error(400)
            return
        code = secrets.token_urlsafe(16)
        GIVEN[code] = asked
        fields = "".join(
            f'<input name="{name}" value="{html.escape(value)}">'
            for name, value in (("code", code), ("state", asked["state"]))
        )
        text = f'<form method="post" action="{html.escape(asked["redirect_uri"])}">{fields}</form>'
        self.answer(text)

    def do_POST(self) -> None:
        """Exchange a code for who it is."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        sent = {name: held[0] for name, held in parse_qs(body).items()}
        asked = GIVEN.pop(sent.get("code", ""), None)
        made = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(made).decode().rstrip("=")
        right = (
            asked is not None
            and asked["code_challenge"] == challenge
            and asked["redirect_uri"] == sent.get("redirect_uri")
            and (sent.get("client_id"), sent.get("client_secret")) == (CLIENT, SECRET)
        )
        if asked is None or not right:
            self.send_error(400)
            return
        token = {"access_token": "x", "token_type": "Bearer"}
        self.answer(token if "unsaid" in WRONG else token | {"id_token": self.said(asked)})

    def said(self, asked: dict[str, str]) -> str:
        """Who it is, signed; or what WRONG asks for in its place."""
        now = int(time.time())
        told: dict[str, Any] = {
            "iss": self.here,
            "aud": CLIENT,
            "sub": os.environ["SUBJECT"],
            "email": os.environ.get("EMAIL", ""),
            "email_verified": True,
            "name": "Somebody Invented",
            "nonce": asked["nonce"],
            "auth_time": now,
            "iat": now,
            "exp": now + 60,
        }
        kind = "".join(WRONG)
        instead: dict[str, dict[str, Any]] = {
            "issuer": {"iss": "http://other.example"},
            "audience": {"aud": "another desk"},
            "nonce": {"nonce": "of another request"},
            "shown_long_ago": {"auth_time": now - 3600},
            "over": {"exp": now - 600},
        }
        told |= instead.get(kind, {})
        for gone in {"no_nonce": ["nonce"], "no_auth_time": ["auth_time"]}.get(kind, []):
            del told[gone]
        if kind == "unsigned":
            return jwt.encode(told, "", algorithm="none", headers={"kid": "one"})
        if kind == "shared_key":
            return jwt.encode(told, SECRET * 3, algorithm="HS256", headers={"kid": "one"})
        key = OTHER_KEY if kind == "signature" else KEY
        return jwt.encode(told, key, algorithm="RS256", headers={"kid": "one"})

    def answer(self, told: dict[str, Any] | str) -> None:
        """JSON or a page."""
        body = told if isinstance(told, str) else json.dumps(told)
        kind = "text/html" if isinstance(told, str) else "application/json"
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body.encode())


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    print(server.server_address[1], flush=True)  # noqa: T201 - whoever started it reads the port
    server.serve_forever()
