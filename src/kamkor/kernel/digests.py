"""What a command's content is told apart by: a keyed digest that tells nothing of it.

Digests are kept for years, and the key is renewed meanwhile: they are made with the newest key and
compared under each (see ``credentials.LastingKeys``).
"""

import hmac
import json
from typing import Any
from uuid import UUID

from django.conf import settings

from kamkor.kernel.credentials import lasting_keys, lasting_keys_at_hand


def content_of(operation: str, data: dict[str, Any]) -> str:
    """A command's content as one text, the same whatever order its fields came in."""
    return json.dumps([operation, data], sort_keys=True, default=str, ensure_ascii=False)


def digest_of(content: str) -> UUID:
    """A keyed digest of a content: tells two of them apart and nothing else."""
    return _digest(lasting_keys_at_hand(settings.KAMKOR_DATA).digests[0], content)


def digests_of(content: str) -> list[UUID]:
    """The digests a content may have, by each key it may have been made with, the newest first."""
    return [_digest(key, content) for key in lasting_keys(settings.KAMKOR_DATA).digests]


def is_digest_of(digest: UUID, content: str) -> bool:
    """Whether a digest that was kept is that of this content."""
    return digest == digest_of(content) or digest in digests_of(content)


def _digest(key: bytes, content: str) -> UUID:
    return UUID(bytes=hmac.digest(key, content.encode(), "sha256")[:16])
