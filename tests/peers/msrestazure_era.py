"""The Azure SDK of 2019: msrestazure, azure-mgmt-containerinstance 1.5, azure-mgmt-resource 2.1.

Never: assert anything; the life does. Signs in as programs of that time did, with
`get_client_from_auth_file`, which reads the file that AZURE_AUTH_LOCATION names through ADAL.
"""

from urllib.parse import urlsplit

from adal.constants import AADConstants
from azure.common.client_factory import get_client_from_auth_file
from azure.mgmt.containerinstance import ContainerInstanceManagementClient, models
from azure.mgmt.resource import ResourceManagementClient
from msrestazure.azure_exceptions import CloudError

__all__ = ["Cloud", "models"]


class Cloud:
    """Clients for one subscription, signed in with the sign-in file."""

    def __init__(self, path, auth):
        # ADAL asks login.microsoftonline.com about authorities that it does not know.
        AADConstants.WELL_KNOWN_AUTHORITY_HOSTS.append(urlsplit(auth["activeDirectoryEndpointUrl"]).hostname)
        self.resources = get_client_from_auth_file(ResourceManagementClient, auth_path=path)
        self.instances = get_client_from_auth_file(ContainerInstanceManagementClient, auth_path=path)
        self.groups = self.instances.container_groups

    def put(self, parent, name, group):
        return self.groups.create_or_update(parent, name, group).result()

    def tag(self, parent, name, tags):
        return self.groups.update(parent, name, tags=tags)

    def start(self, parent, name):
        self.groups.start(parent, name).result()

    def restart(self, parent, name):
        self.groups.restart(parent, name).result()

    def delete(self, parent, name):
        return self.groups.delete(parent, name)

    def logs(self, parent, name, container, **options):
        return self.instances.container.list_logs(parent, name, container, **options).content

    def execute(self, parent, name, container, command):
        size = models.ContainerExecRequestTerminalSize(rows=24, cols=80)
        return self.instances.container.execute_command(parent, name, container, command=command, terminal_size=size)

    def usages(self, location):
        return self.instances.container_group_usage.list(location).value

    def capabilities(self, location):
        """The service did not tell them yet."""
        return None

    def delete_resource_group(self, name):
        self.resources.resource_groups.delete(name).result()

    def refusal(self, call):
        """Status and code of the refusal that a call must end in."""
        try:
            call()
        except CloudError as error:
            return error.status_code, error.error.error
        return None
