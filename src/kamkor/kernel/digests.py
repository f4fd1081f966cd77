"""What a command's content is told apart by: a keyed digest that tells nothing of it."""

import hmac
import json
from typing import Any
from uuid import UUID

from django.conf import settings


def content_of(operation: str, data: dict[str, Any]) -> str:
    """A command's content as one text, the same whatever order its fields came in."""
    return json.dumps([operation, data], sort_keys=True, default=str, ensure_ascii=False)


def digest_of(content: str) -> UUID:
    """A keyed digest of a content: tells two of them apart and nothing else."""
    key = bytes.fromhex(settings.KAMKOR_CONTEXT_KEY)
    return UUID(bytes=hmac.digest(key, content.encode(), "sha256")[:16])
