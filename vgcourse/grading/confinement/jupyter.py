"""How nbgrader comes by a grading kernel: a provisioner for ``jupyter_client``, and a manager that uses it.

An unchanged nbgrader takes it from a kernelspec (``c.Execute.kernel_name = "vgcourse-grading"``, after
``register``); ``GradingKernelManager`` needs no kernelspec.
"""

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import zmq
from jupyter_client import AsyncKernelManager
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.provisioning import KernelProvisionerBase, KernelProvisionerFactory, LocalProvisioner
from traitlets import Enum, Float, Integer, List, Type, Unicode

from vgcourse.errors import CourseError
from vgcourse.grading.confinement import kernels, sandbox
from vgcourse.grading.confinement.files import remove_all
from vgcourse.grading.confinement.isolation import CHOICES, PROCESS, Isolation
from vgcourse.grading.confinement.kernels import Kernel
from vgcourse.grading.confinement.limits import MB, OUTPUT, Ending, Limits, set_rlimits

NAME = "vgcourse-grading"
SEND_WITHIN = 10  # seconds
KERNELS = Path(__file__).parent / "share" / "jupyter"
FLOOD = 16  # times the output that is kept: from there on the kernel is ended
_UNWEIGHED = ("status", "execute_input")
MESSAGE = 1024  # bytes that a message costs besides what it says


class GradingProvisioner(KernelProvisionerBase):
    """Forks each kernel from this process's warm parent, and ends it for good when its client is done.

    Configured as nbgrader's other parts are: ``c.GradingProvisioner.isolation = "required"``.
    """

    isolation = Enum(CHOICES, "auto", help='"required" refuses to grade without namespaces.').tag(config=True)
    memory_mb = Integer(Limits.memory // MB, help="What a submission may hold beyond the libraries.").tag(config=True)
    processes = Integer(Limits.processes, help="Processes and threads that a submission may have.").tag(config=True)
    files_mb = Integer(Limits.files // MB, help="Size of a submission's scratch folder.").tag(config=True)
    seconds = Float(Limits.seconds, help="What a whole submission may take.").tag(config=True)
    cell_output_mb = Integer(Limits.cell_output // MB, help="What one cell may write.").tag(config=True)
    output_mb = Integer(Limits.output // MB, help="What a submission may write.").tag(config=True)
    hidden = List(Unicode(), help="Paths to cover, should a library folder hold them.").tag(config=True)
    seed = Integer(0, help="What the kernel's random generators start from.").tag(config=True)

    kernel: Kernel | None = None
    ending: Ending | None = None
    level = ""

    @property
    def limits(self) -> Limits:
        """The limits that the settings spell out."""
        return Limits(
            memory=self.memory_mb * MB,
            processes=self.processes,
            files=self.files_mb * MB,
            seconds=self.seconds,
            cell_output=self.cell_output_mb * MB,
            output=self.output_mb * MB,
        )

    @property
    def has_process(self) -> bool:
        return self.kernel is not None

    async def poll(self) -> int | None:
        if self.kernel is None:
            return 0
        if (ended := self.kernel.poll()) is not None:
            self.ending = ended
            return ended.code or 0
        return None

    async def wait(self) -> int | None:
        return self._end()

    async def send_signal(self, signum: int) -> None:
        # An interrupt is the one signal that a student's code may answer; any other means the end.
        if self.kernel and signum == 2:
            self.kernel.interrupt()
        elif self.kernel and signum != 0:
            self._end()

    async def kill(self, restart: bool = False) -> None:
        self._end()

    async def terminate(self, restart: bool = False) -> None:
        self._end()

    async def shutdown_requested(self, restart: bool = False) -> None:
        self._end()  # nothing that a student's code does on its way out is wanted

    async def cleanup(self, restart: bool = False) -> None:
        self._end()

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        return await super().pre_launch(cmd=[], **kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        manager = self.parent
        self.ending = None
        self.kernel, connection = kernels.start_kernel(
            kwargs.get("cwd"),
            isolation=self.isolation,
            limits=self.limits,
            hidden=tuple(self.hidden),
            key=manager.session.key.decode(),
            seed=self.seed,
            env=kwargs.get("env"),
        )
        found = kernels.isolation_here(self.isolation)
        self.level = found.level
        if notice := found.notice():
            _warn_once(self.log, notice)
        manager.client_factory = LimitedClient
        manager.transport = connection["transport"]
        manager.connection_file = os.path.join(self.kernel.folder, "connection.json")
        return {**connection, "key": connection["key"].encode()}

    async def post_launch(self, **kwargs: Any) -> None:
        # The manager's own line to the kernel would connect again to whatever a student puts in its place; it is
        # for a polite shutdown, which nobody is asked for here. Sent to a socket without peers, it is dropped.
        self.parent._close_control_socket()
        self.parent._control_socket = self.parent.context.socket(zmq.PUB)

    def stop(self, cause: str) -> None:
        """End the kernel because of ``cause``, one of `limits`."""
        self._end(cause)

    def _end(self, cause: str = "") -> int:
        if self.kernel is not None:
            self.ending = self.kernel.end(cause)
            self.kernel = None
        return (self.ending and self.ending.code) or 0


class LimitedChannel(AsyncZMQSocketChannel):
    """What a kernel publishes, cut where a cell or a submission writes too much."""

    provisioner: GradingProvisioner | None = None
    received = kept = 0  # bytes
    _cell: tuple[str, int] = ("", 0)

    async def _recv(self, **kwargs: Any) -> dict[str, Any]:
        frames = await self.socket.recv_multipart(**kwargs)
        _, parts = self.session.feed_identities(frames)
        message = self.session.deserialize(parts)
        if self.provisioner and message["msg_type"] not in _UNWEIGHED:
            return self._weigh(message, MESSAGE + sum(len(frame) for frame in frames))
        return message

    def _weigh(self, message: dict[str, Any], size: int) -> dict[str, Any]:
        limits, asked = self.provisioner.limits, message["parent_header"].get("msg_id", "")
        self.received += size
        if self.received > FLOOD * limits.output:
            self.provisioner.stop(OUTPUT)
        before = self._cell[1] if self._cell[0] == asked else 0
        self._cell = (asked, before + size)
        if before + size <= limits.cell_output and self.kept + size <= limits.output:
            self.kept += size
            return message
        if before > limits.cell_output or self.provisioner.kernel is None:
            return {**message, **_typed(message, "status"), "content": {"execution_state": "busy"}}
        self._cell = (asked, limits.cell_output + 1)
        self.provisioner.kernel.interrupt()
        text = f"\n[This cell wrote more than the {limits.cell_output // MB} MB it may; the rest is left out.]\n"
        return {**message, **_typed(message, "stream"), "content": {"name": "stdout", "text": text}}


def _typed(message: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"msg_type": kind, "header": {**message["header"], "msg_type": kind}}


class LimitedClient(AsyncKernelClient):
    """A kernel's client that is not drowned, or kept waiting, by what the kernel sends."""

    iopub_channel_class = Type(LimitedChannel)

    @property
    def iopub_channel(self) -> LimitedChannel:
        """The channel that outputs arrive on, with a limit on them."""
        channel = super().iopub_channel
        channel.provisioner = getattr(self.parent, "provisioner", None)
        return channel

    def start_channels(self, *args: Any, **kwargs: Any) -> None:
        """Start the channels, without the heartbeat: a kernel that breaks it would hold its thread for ever."""
        super().start_channels(*args, **{**kwargs, "hb": False})

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return once the kernel answers; ``timeout`` is measured by a clock that nobody can set."""
        try:
            async with asyncio.timeout(timeout):
                await super().wait_for_ready()
        except TimeoutError as error:
            raise RuntimeError(f"the kernel did not answer within {timeout:g} s") from error

    def _create_connected_socket(self, *args: Any, **kwargs: Any) -> Any:
        provisioner = getattr(self.parent, "provisioner", None)
        if provisioner is not None:
            self.context.setsockopt(zmq.MAXMSGSIZE, 2 * provisioner.limits.output)
            # The sockets' files are the student's to replace: what breaks stays broken.
            self.context.setsockopt(zmq.RECONNECT_IVL, -1)
            # To a kernel that has gone, a message would wait for ever.
            self.context.setsockopt(zmq.SNDTIMEO, 1000 * SEND_WITHIN)
        socket = super()._create_connected_socket(*args, **kwargs)
        socket.linger = 0  # what was not delivered when the kernel ended has nobody to go to: do not wait a second
        return socket


class PlainProvisioner(LocalProvisioner):
    """Where there is no fork to rely on (macOS, Windows): an ordinary kernel in a copied-out folder."""

    isolation = Enum(CHOICES, "auto", help=GradingProvisioner.isolation.help).tag(config=True)
    files_mb = Integer(Limits.files // MB, help=GradingProvisioner.files_mb.help).tag(config=True)
    ending: Ending | None = None
    folder: str | None = None
    level = PROCESS

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        _warn_once(self.log, isolation_notice(self.isolation))
        self.folder = tempfile.mkdtemp(prefix="vgcourse-")
        work = os.path.join(self.folder, sandbox.WORK)
        source = kwargs.get("cwd")
        sandbox.copy_files(sandbox.list_files(source), source, work, self.files_mb * MB, sandbox.same_user())
        home = dict.fromkeys(("HOME", "USERPROFILE", "IPYTHONDIR", "MPLCONFIGDIR"), self.folder)
        system = {k: v for k, v in os.environ.items() if k in ("SYSTEMROOT", "TEMP", "TMP", "PATHEXT")}
        env = {**kernels.environment(kwargs.pop("env", os.environ)), **system, **home}
        return await super().pre_launch(**{**kwargs, "env": env, "cwd": work})

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        if os.name == "posix":
            kwargs["preexec_fn"] = lambda: set_rlimits(Limits(files=self.files_mb * MB), None)
        return await super().launch_kernel(cmd, **kwargs)

    def stop(self, cause: str) -> None:
        """End the kernel because of ``cause``, one of `limits`."""
        self.ending = Ending(cause=cause)
        if self.process:
            self._end_tree()

    async def kill(self, restart: bool = False) -> None:
        self._end_tree()

    async def cleanup(self, restart: bool = False) -> None:
        self._end_tree()
        if self.folder:
            remove_all(self.folder)

    def _end_tree(self) -> None:
        import psutil

        with contextlib.suppress(psutil.Error):
            kernel = psutil.Process(self.pid)
            for process in [*kernel.children(recursive=True), kernel]:
                with contextlib.suppress(psutil.Error):
                    process.kill()


def isolation_notice(choice: str = "auto") -> str | None:
    """One loud line where this machine gives less than full isolation, else None.

    Raises CourseError where full isolation is required and not to be had.
    """
    if PROVISIONER is GradingProvisioner:
        return kernels.isolation_here(choice).notice()
    if choice == "required":
        raise CourseError(f"Isolation is required, and {sys.platform} does not give it.")
    return Isolation(PROCESS, (f"{sys.platform} has no namespaces",)).notice()


def parent_to_lend(stack: tuple[str, ...]) -> kernels.WarmParent | None:
    """The warm parent of this process, for its workers, with ``stack`` imported; None on systems that have none."""
    return kernels.warm_parent(stack) if PROVISIONER is GradingProvisioner else None


PROVISIONER = GradingProvisioner if sys.platform == "linux" else PlainProvisioner


class GradingKernelManager(AsyncKernelManager):
    """A kernel manager whose kernels are always grading kernels, whatever the notebook asks for."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The kernelspec ``vgcourse-grading``, which need not be installed."""
        return kernel_spec()

    async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
        self.kernel_id = self.kernel_id or kwargs.pop("kernel_id", NAME)
        if self.provisioner is None:
            self.provisioner = PROVISIONER(kernel_id=self.kernel_id, kernel_spec=kernel_spec(), parent=self)
        return await super()._async_pre_start_kernel(**kwargs)


def kernel_spec() -> KernelSpec:
    """The kernelspec that stands in this package."""
    return KernelSpec.from_resource_dir(str(KERNELS / "kernels" / NAME))


def register() -> None:
    """Let every ``jupyter_client`` of this process find the kernelspec and its provisioner, without installing."""
    value = f"{PROVISIONER.__module__}:{PROVISIONER.__name__}"
    entry = EntryPoint(NAME, value, KernelProvisionerFactory.GROUP_NAME)
    KernelProvisionerFactory.provisioners[NAME] = entry
    paths = os.environ.get("JUPYTER_PATH", "").split(os.pathsep)
    if str(KERNELS) not in paths:
        os.environ["JUPYTER_PATH"] = os.pathsep.join([str(KERNELS), *filter(None, paths)])


def ending(manager: Any) -> Ending | None:
    """How a manager's kernel ended, as far as it has: ask before the manager is let go."""
    provisioner = getattr(manager, "provisioner", None)
    kernel = getattr(provisioner, "kernel", None)
    return (kernel and kernel.poll()) or getattr(provisioner, "ending", None)


def others_work(manager: Any) -> dict[str, int] | None:
    """What the processes that a manager's kernel started have done so far; None where nobody knows."""
    kernel = getattr(getattr(manager, "provisioner", None), "kernel", None)
    return kernel and kernel.others_work()


def others_at_rest(manager: Any) -> dict[str, int] | None:
    """As `others_work`, once they rest, or after a second: who was started just now has its own start to do first."""
    last = others_work(manager)
    for _ in range(20 if last else 0):
        time.sleep(0.05)
        before, last = last, others_work(manager)
        if last == before:
            break
    return last


_warned: set[str] = set()


def _warn_once(log: Any, notice: str) -> None:
    if notice not in _warned:
        _warned.add(notice)
        log.warning(notice)
