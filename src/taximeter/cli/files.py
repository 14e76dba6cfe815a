"""How many files, and so how many connections, this process may have open."""

import sys

import structlog

FILES_RESERVED = 512
"""For the stores, for standard streams, and for connections that are just being turned away."""

log = structlog.get_logger()


def make_room_for(connections: int) -> int:
    """Raise the limit of open files as far as it goes; return how many connections fit in it.

    Connections never take the last files: the stores need some to write what they acknowledge.
    """
    if sys.platform == "win32":
        return connections
    import resource

    wanted = connections + FILES_RESERVED
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY:
        wanted = min(wanted, most)
    if allowed not in (resource.RLIM_INFINITY,) and allowed < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
            allowed = wanted
        except (OSError, ValueError) as error:
            log.warning("the limit of open files cannot be raised", error=str(error))
    if allowed == resource.RLIM_INFINITY:
        return connections
    fitting = min(connections, max(allowed - FILES_RESERVED, allowed // 2))
    if fitting < connections:
        log.warning(
            "fewer connections than TAXIMETER_CONNECTIONS_MAX fit in the limit of open files",
            connections=fitting,
            files=allowed,
        )
    return fitting
