"""Every model there is to train, by name."""

from collections.abc import Mapping

from studio.training import drums, harmony, melody, texture
from studio.training.task import Task

TASKS: Mapping[str, Task] = {task.name: task for task in (melody.TASK, drums.TASK, harmony.TASK, texture.TASK)}
