// validate.mjs SCHEMAS: reads Kubernetes objects, a JSON list, from standard input, and holds each to the schema that
// Kubernetes publishes for it, as the package kubernetes-models has it in the folder SCHEMAS: compiled by ajv. Prints
// what is wrong, one line each; the status is 1 if something is.
//
// A schema of Kubernetes says nothing of fields that it does not know, but an API server refuses them. So the fields
// that the schema looks at are noted, and the others are wrong.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
let failures = 0;

function report(object, text) {
  failures++;
  console.log(`${object.kind}/${object.metadata?.name}: ${text}`);
}

// apps/v1, Deployment: IoK8sApiAppsV1Deployment. The group v1 is called core.
async function schemaOf(object) {
  const [group, version] = object.apiVersion.includes("/") ? object.apiVersion.split("/") : ["core", object.apiVersion];
  const begin = (word) => word[0].toUpperCase() + word.slice(1);
  const name = `IoK8sApi${begin(group.split(".")[0])}${begin(version)}${object.kind}`;
  return (await import(pathToFileURL(`${folder}/${name}.js`).href)).validate;
}

// The object as it is, but it notes in `seen` which fields of which parts are read.
function watched(part, seen, made = new Map()) {
  if (part === null || typeof part !== "object") return part;
  if (!made.has(part)) {
    seen.set(part, new Set());
    made.set(part, new Proxy(part, {
      get(target, key) {
        seen.get(target).add(key);
        return watched(target[key], seen, made);
      },
    }));
  }
  return made.get(part);
}

function unknownFields(part, seen, path, found = []) {
  if (part === null || typeof part !== "object") return found;
  for (const key of Object.keys(part)) {
    if (!Array.isArray(part) && !seen.get(part)?.has(key)) found.push(`${path}/${key}`);
    else unknownFields(part[key], seen, `${path}/${key}`, found);
  }
  return found;
}

for (const object of JSON.parse(readFileSync(0, "utf8"))) {
  let validate;
  try {
    validate = await schemaOf(object);
  } catch {
    report(object, `no schema for ${object.apiVersion}`);
    continue;
  }
  const seen = new Map();
  if (!validate(watched(object, seen)))
    for (const error of validate.errors) report(object, `${error.instancePath} ${error.message ?? error.keyword} ${JSON.stringify(error.params)}`);
  for (const field of unknownFields(object, seen, "")) report(object, `${field} is no field of the schema`);
}
process.exit(failures > 0 ? 1 : 0);
