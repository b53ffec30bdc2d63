"""The current Azure SDK: azure-mgmt-containerinstance 10, azure-mgmt-resource, azure-identity.

Never: assert anything; the life does. One method for each step whose name differs between generations.
"""

from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential
from azure.mgmt.containerinstance import ContainerInstanceManagementClient, models
from azure.mgmt.resource.resources import ResourceManagementClient

__all__ = ["Cloud", "models"]


class Cloud:
    """Clients for one subscription, signed in with what the sign-in file says."""

    def __init__(self, _path, auth):
        credential = ClientSecretCredential(
            auth["tenantId"],
            auth["clientId"],
            auth["clientSecret"],
            authority=auth["activeDirectoryEndpointUrl"],
            # The authority is not one of Microsoft's, so nobody there can vouch for it.
            disable_instance_discovery=True,
        )
        base = auth["resourceManagerEndpointUrl"].rstrip("/")
        place = {"base_url": base, "credential_scopes": [base + "/.default"]}
        self.resources = ResourceManagementClient(credential, auth["subscriptionId"], **place)
        self.instances = ContainerInstanceManagementClient(credential, auth["subscriptionId"], **place)
        self.groups = self.instances.container_groups

    def put(self, parent, name, group):
        return self.groups.begin_create_or_update(parent, name, group).result()

    def tag(self, parent, name, tags):
        return self.groups.update(parent, name, models.Resource(tags=tags))

    def start(self, parent, name):
        self.groups.begin_start(parent, name).result()

    def restart(self, parent, name):
        self.groups.begin_restart(parent, name).result()

    def delete(self, parent, name):
        return self.groups.begin_delete(parent, name).result()

    def logs(self, parent, name, container, **options):
        return self.instances.containers.list_logs(parent, name, container, **options).content

    def execute(self, parent, name, container, command):
        size = models.ContainerExecRequestTerminalSize(rows=24, cols=80)
        request = models.ContainerExecRequest(command=command, terminal_size=size)
        return self.instances.containers.execute_command(parent, name, container, request)

    def usages(self, location):
        return list(self.instances.location.list_usage(location))

    def capabilities(self, location):
        return list(self.instances.location.list_capabilities(location))

    def delete_resource_group(self, name):
        self.resources.resource_groups.begin_delete(name).result()

    def refusal(self, call):
        """Status and code of the refusal that a call must end in."""
        try:
            call()
        except HttpResponseError as error:
            return error.status_code, error.error.code
        return None
