"""The `citygate` command line, but for `bench`, which lies above."""

import typer

from api.cli import cameras, dead_letters, keys, models, parking, webhooks
from api.cli.demo import demo
from api.cli.doctor import doctor
from api.cli.enroll import enroll
from api.cli.keeping import backup, restore, rotate_master_key
from api.cli.kinds import kinds
from api.cli.read import read
from api.cli.serve import serve
from api.cli.verify import verify
from api.cli.worker import supervise, worker

app = typer.Typer(
    help="A city's cameras turned into decisions.", no_args_is_help=True, pretty_exceptions_show_locals=False
)
for command in (
    demo,
    serve,
    worker,
    supervise,
    enroll,
    verify,
    read,
    kinds,
    doctor,
    backup,
    restore,
    rotate_master_key,
):
    app.command()(command)
for group in (models, keys, cameras, parking, webhooks, dead_letters):
    app.add_typer(group.app, name=group.__name__.rpartition(".")[2].replace("_", "-"))
