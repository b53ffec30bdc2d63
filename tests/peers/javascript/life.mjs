// A short life of container groups, lived by the Azure SDK for JavaScript against `acier emulator`.
//
// Usage: node life.mjs ACIER
//
// Never: look into the emulator. Each step prints one line; the first surprise ends the run with a
// non-zero exit code.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { ContainerInstanceManagementClient } from "@azure/arm-containerinstance";
import { ResourceManagementClient } from "@azure/arm-resources";
import { ClientSecretCredential } from "@azure/identity";

const [PARENT, WEB, TASK] = ["acier-peers-js", "peers-web", "peers-task"];
const LOCATION = "westeurope";
const HELLO = "mcr.microsoft.com/azuredocs/aci-helloworld:latest";

let steps = 0;
function say(text) {
  steps += 1;
  console.log(`javascript ${String(steps).padStart(2)}: ${text}`);
}

async function all(pages) {
  const items = [];
  for await (const item of pages) items.push(item);
  return items;
}

function container(name, image, more) {
  return { name, image, resources: { requests: { cpu: 1, memoryInGB: 1 } }, ...more };
}

async function live(auth) {
  const ca = readFileSync(auth.caCertificatePath, "utf8");
  const credential = new ClientSecretCredential(auth.tenantId, auth.clientId, auth.clientSecret, {
    authorityHost: auth.activeDirectoryEndpointUrl,
    disableInstanceDiscovery: true,
    tlsOptions: { ca },
  });
  const options = { endpoint: auth.resourceManagerEndpointUrl.replace(/\/$/, ""), tlsOptions: { ca } };
  const resources = new ResourceManagementClient(credential, auth.subscriptionId, options);
  const instances = new ContainerInstanceManagementClient(credential, auth.subscriptionId, options);
  const groups = instances.containerGroups;
  const refusal = async (promise) => promise.then(() => assert.fail("it was not refused"), (error) => [error.statusCode, error.code]);

  const parent = await resources.resourceGroups.createOrUpdate(PARENT, { location: LOCATION });
  assert.equal(parent.properties.provisioningState, "Succeeded");
  assert.equal((await resources.resourceGroups.checkExistence(PARENT)).body, true);
  say(`resource group ${parent.name}`);

  const ipAddress = { type: "Public", dnsNameLabel: "acier-peers-js", ports: [{ port: 80, protocol: "TCP" }] };
  const wanted = { location: LOCATION, osType: "Linux", ipAddress, containers: [container(WEB, HELLO, { ports: [{ port: 80 }] })] };
  await groups.beginCreateOrUpdateAndWait(PARENT, WEB, wanted);
  let seen = await groups.get(PARENT, WEB);
  assert.equal(seen.provisioningState, "Succeeded");
  assert.equal(seen.instanceView.state, "Running");
  assert.equal(seen.ipAddress.fqdn, `acier-peers-js.${LOCATION}.azurecontainer.io`);
  say(`group: ${seen.instanceView.state} at ${seen.ipAddress.ip}, ${seen.ipAddress.fqdn}`);

  const command = ["/bin/sh", "-c", "echo $GREETING; exit 3"];
  const environmentVariables = [{ name: "GREETING", value: "hello" }, { name: "SHUT", secureValue: "secret" }];
  const task = { location: LOCATION, osType: "Linux", restartPolicy: "Never", containers: [container(TASK, "busybox", { command, environmentVariables })] };
  await groups.beginCreateOrUpdateAndWait(PARENT, TASK, task);
  seen = await groups.get(PARENT, TASK);
  assert.equal(seen.containers[0].instanceView.currentState.exitCode, 3);
  assert.deepEqual(seen.containers[0].environmentVariables, [environmentVariables[0], { name: "SHUT" }]);
  assert.equal((await instances.containers.listLogs(PARENT, TASK, TASK)).content, "hello\n");
  say(`task: exit code 3, group ${seen.instanceView.state}, logs "hello"`);

  const listed = await all(groups.listByResourceGroup(PARENT));
  assert.deepEqual(listed.map((own) => [own.name, own.instanceView]), [[TASK, undefined], [WEB, undefined]]);
  say(`list of ${listed.length} groups without instance view`);

  const socket = await instances.containers.executeCommand(PARENT, WEB, WEB, { command: "/bin/sh", terminalSize: { rows: 24, cols: 80 } });
  assert.match(socket.webSocketUri, /^wss:\/\//);
  assert.ok(socket.password);
  say("exec: a socket and a password");

  await groups.stop(PARENT, WEB);
  assert.equal((await groups.get(PARENT, WEB)).instanceView.state, "Stopped");
  await groups.beginStartAndWait(PARENT, WEB);
  await groups.beginRestartAndWait(PARENT, WEB);
  assert.equal((await groups.get(PARENT, WEB)).instanceView.state, "Running");
  assert.deepEqual((await groups.update(PARENT, WEB, { tags: { stage: "test" } })).tags, { stage: "test" });
  say("stop, start, restart, tags");

  const usages = (await all(instances.location.listUsage(LOCATION))).map((own) => `${own.name.value} ${own.currentValue}`);
  assert.ok(usages.includes("ContainerGroups 2"), usages.join());
  say(`usages: ${usages.join(", ")}`);

  for (const name of [WEB, TASK]) {
    await groups.beginDeleteAndWait(PARENT, name);
    assert.deepEqual(await refusal(groups.get(PARENT, name)), [404, "ResourceNotFound"]);
  }
  await resources.resourceGroups.beginDeleteAndWait(PARENT);
  assert.equal((await resources.resourceGroups.checkExistence(PARENT)).body, false);
  say("groups and resource group deleted");
}

const binary = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), "acier-peers-"));
const emulator = spawn(binary, ["emulator", `-folder=${folder}`, "-latency=500ms"], { stdio: ["ignore", "pipe", "inherit"] });
const ended = once(emulator, "exit");
setTimeout(() => {
  emulator.kill();
  console.error("javascript: no end after 300 s");
  process.exit(1);
}, 300_000).unref();
try {
  for await (const line of createInterface(emulator.stdout)) {
    if (line.startsWith("auth file")) {
      await live(JSON.parse(readFileSync(line.slice("auth file".length).trim(), "utf8")));
      break;
    }
  }
  assert.ok(steps > 0, "the emulator ended before it was served");
} finally {
  emulator.kill("SIGINT");
  await ended;
  rmSync(folder, { recursive: true, force: true });
}
console.log(`javascript: ${steps} steps`);
