# shellcheck shell=bash

lab_help() {
  cat <<'HELP'
lab: a whole Ms2m.Events cluster on one Debian 12 machine. Needs root; no Docker, no registry.

  lab up [--nodes N] [--no-processes]   broker, store, registry, N nodes (default 2), engine, workers; repeat at will
  lab down                              stop everything; data stays
  lab purge                             down, then delete all data (and the caches, with the last lab)
  lab status [--json]                   what runs, where

  lab services up|down                  only the broker, the store and the registry
  lab engine start|stop|kill|pid        the engine
  lab alarm memory|disk|off             the broker's alarm, in which it takes nothing from anybody who publishes
  lab broker start|stop|kill|pid        the broker alone
  lab store start|stop|kill|pid         the store alone
  lab registry start|stop|kill|pid      the registry alone; what it stored goes with it
  lab registry held                     the images that it holds: none, unless one is on its way
  lab worker NODE start|stop|kill|pid   the worker of a node (start takes what is published now)
  lab worker NODE freeze|thaw           SIGSTOP and SIGCONT
  lab node NAME start|stop              a node; stop is a power cut for its containers
  lab node NAME exec COMMAND…           run a command inside a node
  lab node NAME pid|group               its first process, its control group
  lab node NAME fill|empty              no room for checkpoints on it, and room again
  lab network cut NODE NODE…|heal       these nodes do not hear each other; all hear each other again
  lab network slow NODE RATE|fast NODE  what comes to a node comes slowly (80mbit); as fast as it can
  lab image load [NAME…]                bring an image into the running nodes that lack it or have an older one:
                                        orders (default), memory, redis, mosquitto
  lab env                               path of the file with all addresses and passwords: . "$(lab env)"
  lab logs [PART]                       logs of broker, store, registry, engine, node-a, node-a/worker, … (default: list them)
  lab help                              this text

stop is SIGTERM, after 15 seconds SIGKILL; kill is SIGKILL at once.

Variables
  MS2M_LAB                   which lab, 0 to 9 (default 0): its own network 10.77.N.0/24, ports and data
  MS2M_LAB_HOME              where all labs live (default /var/lib/ms2m-lab)
  MS2M_LAB_CHECKPOINTS_SIZE  memory a node may fill with checkpoint images (default 2G)
  MS2M_ARTIFACTS             published programs: engine, node-worker, orders, memory (default artifacts/ of the repository)

Exit codes: 0 done, 1 failed, 2 asked wrongly, 3 something needed is missing, 4 not running.
HELP
}
