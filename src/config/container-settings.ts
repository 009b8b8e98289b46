/** The settings of the engine that runs containers; part of the table in settings.ts. */
import { flag, optional, setting, text } from './setting.ts';

const engineAddress = text.refine(
  (value) => /^(unix|npipe):\/\/\/.+|^tcp:\/\/[^/\s]+:\d{1,5}\/?$/.test(value),
  'must be unix:///path/to/docker.sock, npipe:////./pipe/docker_engine or tcp://host:port',
);

export const CONTAINER_SETTINGS = {
  dockerHost: setting(
    'Executors',
    'DOCKER_HOST',
    optional(engineAddress),
    null,
    'The engine docker_executor talks to. Unset: /var/run/docker.sock. Who reaches it is root on its machine.',
  ),
  dockerNetwork: setting(
    'Executors',
    'TASKGROVE_DOCKER_NETWORK',
    optional(text),
    null,
    'The network of all containers of docker_executor (none: no network). Unset: what the engine gives by default.',
  ),
  dockerAllowSensitiveMounts: setting(
    'Executors',
    'TASKGROVE_DOCKER_ALLOW_SENSITIVE_MOUNTS',
    flag,
    false,
    'Lets tasks mount any folder of the machine into containers, not only those below DATA_DIR/files.',
    ['APFLOW_DOCKER_ALLOW_SENSITIVE_MOUNTS'],
  ),
};
