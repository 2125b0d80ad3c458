"""OpenTofu with Terraform's AWS provider, which users would take instead: how it is built, and programs for it."""

from .build import PROVIDER_VERSION, VERSION, Tofu, ensure
from .workspace import Workspace

__all__ = ["PROVIDER_VERSION", "VERSION", "Tofu", "Workspace", "ensure"]
