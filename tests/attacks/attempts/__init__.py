"""All attempts, by name."""

from __future__ import annotations

from tests.attacks.attempts.crashes import CRASHES
from tests.attacks.attempts.network import NETWORK
from tests.attacks.attempts.processes import PROCESSES
from tests.attacks.attempts.protocol import PROTOCOL
from tests.attacks.attempts.reading import READING
from tests.attacks.attempts.resources import RESOURCES
from tests.attacks.attempts.values import VALUES
from tests.attacks.attempts.writing import WRITING

ATTEMPTS = {
    one.name: one for one in (*READING, *WRITING, *NETWORK, *PROCESSES, *RESOURCES, *CRASHES, *PROTOCOL, *VALUES)
}
