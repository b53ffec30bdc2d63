"""The whole life of container groups, lived by the real Azure SDK for Python against `acier emulator`.

Usage: life.py ACIER current|msrestazure_era

Never: look into the emulator. What the SDK makes of the answers is asserted, step by step; each step
prints one line, and the first surprise ends the run with a traceback and a non-zero exit code.
"""

import importlib
import signal
import sys
import time

from served import emulator

PARENT, WEB, PAIR, TASK, BROKEN = "acier-peers", "peers-web", "peers-pair", "peers-task", "peers-broken"
PLACE = "westeurope"
LONGEST = 300
HELLO = "mcr.microsoft.com/azuredocs/aci-helloworld:latest"
SIDECAR = "mcr.microsoft.com/azuredocs/aci-tutorial-sidecar:latest"
WORDS = "mcr.microsoft.com/azuredocs/aci-wordcount:latest"
SCRIPT = "echo the $NumWords most used words of at least $MinLength letters; sleep 1; echo done"


class Life:
    def __init__(self, generation, path, auth):
        peer = importlib.import_module(generation)
        self.generation, self.models, self.cloud = generation, peer.models, peer.Cloud(path, auth)
        self.steps = 0

    def say(self, text):
        self.steps += 1
        print(f"{self.generation} {self.steps:2}: {text}", flush=True)

    # What is sent.

    def container(self, name, image, port=None, cpu=1.0, **more):
        requests = self.models.ResourceRequests(memory_in_gb=1.0, cpu=cpu)
        ports = [self.models.ContainerPort(port=port)] if port else None
        resources = self.models.ResourceRequirements(requests=requests)
        return self.models.Container(name=name, image=image, resources=resources, ports=ports, **more)

    def group(self, *containers, label=None, public=True, **more):
        address = None
        if public:
            ports = [self.models.Port(protocol="TCP", port=80)]
            address = self.models.IpAddress(ports=ports, type="Public", dns_name_label=label)
        return self.models.ContainerGroup(
            location=PLACE, containers=list(containers), os_type="Linux", ip_address=address, **more
        )

    def task(self, script):
        variables = [
            self.models.EnvironmentVariable(name="NumWords", value="5"),
            self.models.EnvironmentVariable(name="MinLength", value="8"),
        ]
        command = ["/bin/sh", "-c", script]
        container = self.container(TASK, WORDS, command=command, environment_variables=variables)
        return self.group(container, public=False, restart_policy="Never")

    # What is seen.

    def get(self, name):
        return self.cloud.groups.get(PARENT, name)

    def ended(self, name):
        """The group once its containers ended."""
        for _ in range(60):
            seen = self.get(name)
            view = seen.containers[0].instance_view
            if view and view.current_state and view.current_state.state == "Terminated":
                return seen
            time.sleep(0.5)
        raise AssertionError(f"{name} did not end: {seen.instance_view}")

    # The steps.

    def make_parent(self):
        made = self.cloud.resources.resource_groups.create_or_update(PARENT, {"location": PLACE, "tags": {"by": "peers"}})
        assert made.properties.provisioning_state == "Succeeded" and made.location == PLACE and made.tags == {"by": "peers"}
        assert self.cloud.resources.resource_groups.check_existence(PARENT) is True
        assert PARENT in [group.name for group in self.cloud.resources.resource_groups.list()]
        self.say(f"resource group {made.name} in {made.location}")

    def make_web(self):
        made = self.cloud.put(PARENT, WEB, self.group(self.container(WEB, HELLO, 80), label="acier-peers-web"))
        assert made.provisioning_state == "Succeeded", made.provisioning_state
        seen = self.get(WEB)
        assert seen.ip_address.fqdn == f"acier-peers-web.{PLACE}.azurecontainer.io", seen.ip_address.fqdn
        assert seen.ip_address.ip.count(".") == 3, seen.ip_address.ip
        assert [(port.protocol, port.port) for port in seen.ip_address.ports] == [("TCP", 80)]
        assert seen.instance_view.state == "Running"
        view = seen.containers[0].instance_view
        assert view.current_state.state == "Running" and view.current_state.start_time and view.restart_count == 0
        assert [event.name for event in view.events] == ["Pulling", "Pulled", "Started"]
        self.say(f"group with one container: {seen.instance_view.state} at {seen.ip_address.ip}, {seen.ip_address.fqdn}")

    def make_pair(self):
        pair = self.container(PAIR, HELLO, 80), self.container("sidecar", SIDECAR, cpu=0.5)
        self.cloud.put(PARENT, PAIR, self.group(*pair))
        seen = self.get(PAIR)
        states = {own.name: own.instance_view.current_state.state for own in seen.containers}
        assert states == {PAIR: "Running", "sidecar": "Running"}, states
        assert seen.containers[1].resources.requests.cpu == 0.5 and seen.containers[1].ports == []
        assert seen.ip_address.ip and seen.ip_address.fqdn is None
        assert seen.ip_address.ip != self.get(WEB).ip_address.ip
        self.say(f"group with two containers: {states}")

    def make_task(self):
        self.cloud.put(PARENT, TASK, self.task(SCRIPT))
        seen = self.ended(TASK)
        state = seen.containers[0].instance_view.current_state
        assert (state.exit_code, state.detail_status) == (0, "Completed"), state
        assert state.start_time < state.finish_time
        assert seen.instance_view.state == "Succeeded" and seen.restart_policy == "Never" and seen.ip_address is None
        assert seen.containers[0].command == ["/bin/sh", "-c", SCRIPT]
        shown = {own.name: own.value for own in seen.containers[0].environment_variables}
        assert shown == {"NumWords": "5", "MinLength": "8"}, shown
        self.say(f"task: {state.state}, exit code {state.exit_code}, group {seen.instance_view.state}")
        self.cloud.put(PARENT, BROKEN, self.task("echo giving up; exit 3"))
        seen = self.ended(BROKEN)
        state = seen.containers[0].instance_view.current_state
        assert (state.exit_code, state.detail_status) == (3, "Error"), state
        assert (seen.instance_view.state, seen.provisioning_state) == ("Failed", "Succeeded")
        self.say(f"task that fails: exit code {state.exit_code}, group {seen.instance_view.state}")

    def list_and_get(self):
        listed = list(self.cloud.groups.list_by_resource_group(PARENT))
        assert [own.name for own in listed] == [BROKEN, PAIR, TASK, WEB], [own.name for own in listed]
        assert all(own.instance_view is None for own in listed)
        assert all(part.instance_view is None for own in listed for part in own.containers)
        assert {own.name for own in self.cloud.groups.list()} >= {WEB, PAIR, TASK, BROKEN}
        seen = self.get(listed[-1].name)
        assert seen.instance_view is not None and seen.containers[0].instance_view is not None
        self.say(f"list of {len(listed)} groups without instance view, one got with it")
        resources = list(self.cloud.resources.resources.list_by_resource_group(PARENT))
        assert sorted(own.name for own in resources) == [BROKEN, PAIR, TASK, WEB]
        assert {own.type for own in resources} == {"Microsoft.ContainerInstance/containerGroups"}
        self.say(f"{len(resources)} resources of the resource group")

    def read_logs(self):
        text = self.cloud.logs(PARENT, TASK, TASK)
        assert text == "the 5 most used words of at least 8 letters\ndone\n", text
        assert self.cloud.logs(PARENT, TASK, TASK, tail=1) == "done\n"
        assert self.cloud.logs(PARENT, BROKEN, TASK) == "giving up\n"
        self.say(f"logs: {text.splitlines()[0]}")
        refused = self.cloud.refusal(lambda: self.cloud.logs(PARENT, TASK, "nobody"))
        assert refused and 400 <= refused[0] < 500, refused
        self.say(f"logs of a container that is not there: {refused[0]} {refused[1]}")

    def execute(self):
        answer = self.cloud.execute(PARENT, WEB, WEB, "/bin/sh")
        assert answer.web_socket_uri.startswith("wss://"), answer.web_socket_uri
        assert "rows=24" in answer.web_socket_uri and "cols=80" in answer.web_socket_uri, answer.web_socket_uri
        assert answer.password
        self.say(f"exec: a socket at {answer.web_socket_uri.split('/')[2]} and a password")

    def stop_start_restart(self):
        address = self.get(WEB).ip_address.ip
        self.cloud.groups.stop(PARENT, WEB)
        seen = self.get(WEB)
        view = seen.containers[0].instance_view
        assert seen.instance_view.state == "Stopped" and seen.ip_address.ip is None
        assert view.current_state.state == "Terminated" and view.current_state.exit_code is None
        assert view.current_state.detail_status == "Container stopped per client request"
        assert view.previous_state.state == "Running"
        self.say(f"stop: {seen.instance_view.state}")
        self.cloud.start(PARENT, WEB)
        seen = self.running(WEB)
        assert seen.ip_address.ip and seen.ip_address.ip != address
        self.say(f"start: {seen.instance_view.state} at {seen.ip_address.ip}")
        address = seen.ip_address.ip
        self.cloud.restart(PARENT, WEB)
        seen = self.running(WEB)
        assert seen.ip_address.ip == address
        self.say(f"restart: {seen.instance_view.state} at the same address")

    def running(self, name):
        """The group once it runs; versions of 2018 take a start and do not wait for it."""
        for _ in range(60):
            seen = self.get(name)
            if seen.instance_view.state == "Running" and seen.containers[0].instance_view:
                return seen
            time.sleep(0.5)
        raise AssertionError(f"{name} does not run: {seen.instance_view.state}")

    def tag(self):
        self.cloud.tag(PARENT, WEB, {"stage": "test", "team": "red"})
        before = self.get(WEB).containers[0].instance_view
        seen = self.cloud.tag(PARENT, WEB, {"stage": "production"})
        assert seen.tags == {"stage": "production"}, seen.tags
        seen = self.get(WEB)
        after = seen.containers[0].instance_view
        assert seen.tags == {"stage": "production"}
        assert after.restart_count == before.restart_count
        assert after.current_state.start_time == before.current_state.start_time
        self.say(f"tags: {seen.tags}, nothing restarted")

    def update(self):
        before = self.get(WEB)
        image = HELLO.replace("latest", "v1")
        wanted = self.group(self.container(WEB, image, 80), label="acier-peers-web", tags=before.tags)
        seen = self.cloud.put(PARENT, WEB, wanted)
        seen = self.get(WEB)
        assert seen.containers[0].image == image and seen.tags == before.tags
        assert seen.ip_address.ip == before.ip_address.ip
        old, new = before.containers[0].instance_view, seen.containers[0].instance_view
        assert new.restart_count == old.restart_count + 1
        assert new.current_state.start_time > old.current_state.start_time
        self.say(f"update to {image}: restarted at the same address")
        larger = self.group(self.container(WEB, image, 80, cpu=2.0), label="acier-peers-web")
        refused = self.cloud.refusal(lambda: self.cloud.put(PARENT, WEB, larger))
        assert refused == (400, "InvalidContainerGroupUpdate"), refused
        self.say(f"update of its CPU: {refused[0]} {refused[1]}")

    def ask_location(self):
        usages = {own.name.value: own for own in self.cloud.usages(PLACE)}
        assert usages["ContainerGroups"].current_value == 4, usages["ContainerGroups"].current_value
        assert usages["StandardCores"].limit == 20 and usages["StandardCores"].current_value == 5
        self.say("usages: " + ", ".join(f"{name} {own.current_value}/{own.limit}" for name, own in usages.items()))
        known = self.cloud.capabilities(PLACE)
        if known is not None:
            largest = max(own.capabilities.max_cpu for own in known if own.os_type == "Linux")
            assert largest == 31.0, largest
            self.say(f"capabilities: {len(known)} rows, up to {largest:g} cores")
        # Four container groups and 5 cores (4.5, in whole numbers) of 20 are in use.
        large = self.group(*[self.container(f"c{number}", HELLO, cpu=4.0) for number in range(4)], public=False)
        refused = self.cloud.refusal(lambda: self.cloud.put(PARENT, "peers-large", large))
        assert refused == (400, "ContainerGroupQuotaReached"), refused
        self.say(f"16 cores more: {refused[0]} {refused[1]}")

    def delete(self):
        for name in (WEB, PAIR, TASK, BROKEN):
            self.cloud.delete(PARENT, name)
            refused = self.cloud.refusal(lambda name=name: self.get(name))
            assert refused == (404, "ResourceNotFound"), refused
        assert list(self.cloud.groups.list_by_resource_group(PARENT)) == []
        self.say("groups deleted: 404 ResourceNotFound each, the list is empty")
        self.cloud.delete_resource_group(PARENT)
        assert self.cloud.resources.resource_groups.check_existence(PARENT) is False
        refused = self.cloud.refusal(lambda: self.get(WEB))
        assert refused == (404, "ResourceGroupNotFound"), refused
        self.say("resource group deleted: 404 ResourceGroupNotFound")

    def live(self):
        self.make_parent()
        self.make_web()
        self.make_pair()
        self.make_task()
        self.list_and_get()
        self.read_logs()
        self.execute()
        self.stop_start_restart()
        self.tag()
        self.update()
        self.ask_location()
        self.delete()


def main():
    binary, generation = sys.argv[1:]
    begin = time.monotonic()
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"{generation}: no end after {LONGEST} s"))
    signal.alarm(LONGEST)
    with emulator(binary, "-latency=500ms", "-quota=StandardCores=20,ContainerGroups=100") as (path, auth):
        life = Life(generation, path, auth)
        life.live()
    print(f"{generation}: {life.steps} steps in {time.monotonic() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    main()
