# shellcheck shell=bash disable=SC2034
# Everything that has a number or a place: one lab is fully described by its index and its base folder.

lab_index=${MS2M_LAB:-0}
[[ $lab_index =~ ^[0-9]$ ]] || die_usage "MS2M_LAB must be a number from 0 to 9, not '$lab_index'"

lab_home=${MS2M_LAB_HOME:-/var/lib/ms2m-lab}
lab_state=$lab_home/$lab_index
lab_cache=$lab_home/cache
lab_logs=$lab_state/logs
lab_run=$lab_state/run
lab_environment=$lab_state/env

lab_repository=$(cd "$lab_folder/../.." && pwd)
lab_artifacts=${MS2M_ARTIFACTS:-$lab_repository/artifacts}

network_bridge=ms2m$lab_index
network_prefix=10.77.$lab_index
network_gateway=$network_prefix.1
# In every node; containers with addresses of their own hang on it.
node_bridge=br0

broker_port=$((5682 + lab_index))
broker_management_port=$((15682 + lab_index))
# A port mapper and a distribution port of its own, so that neither a system RabbitMQ nor another lab is
# asked who lives here.
broker_epmd_port=$((4382 + lab_index))
broker_distribution_port=$((25682 + lab_index))
broker_vhost=ms2m
broker_user=ms2m

store_port=$((5442 + lab_index))
store_database=ms2m
# Of tests, which make throw-away databases.
store_user=ms2m
store_engine=ms2m_engine
store_reader=ms2m_reader

registry_port=$((5010 + lab_index))
# What may lie in it at once; it stores in memory.
registry_size=${MS2M_LAB_REGISTRY_SIZE:-3G}

engine_port=$((8480 + lab_index))
engine_url=http://127.0.0.1:$engine_port
worker_port=8490
worker_health_port=8491

# Memory a node may spend on checkpoint images: they hold a process's secrets, so they never touch the disk.
node_checkpoints_size=${MS2M_LAB_CHECKPOINTS_SIZE:-2G}
nodes_at_most=16

# How long a process may take to leave after SIGTERM before it is killed, in seconds.
stop_patience=15
