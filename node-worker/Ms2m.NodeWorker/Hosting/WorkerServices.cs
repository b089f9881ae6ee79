using Microsoft.AspNetCore.Connections;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Completed;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Instances;
using Ms2m.NodeWorker.Networks;
using Ms2m.NodeWorker.Preflight;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Runtimes.Podman;
using Ms2m.NodeWorker.Steps;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Channels;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.PostCopy;
using Ms2m.NodeWorker.Transfer.Registry;
using Ms2m.NodeWorker.Transfer.Security;
using Ms2m.NodeWorker.Transfer.Standby;
using Ms2m.NodeWorker.Volumes;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>What a worker is made of, apart from its bus.</summary>
public static class WorkerServices
{
    public static void AddWorker(this IServiceCollection services, WorkerOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<Room>();
        services.AddSingleton<CheckpointStorage>();
        services.AddSingleton<ReservationBook>();
        services.AddSingleton<InstanceFolders>();
        services.AddSingleton<StartGate>();
        services.AddSingleton<HeartbeatSignal>();
        services.AddSingleton<Holdings>();

        services.AddSingleton(new PodmanPlaces(options.CriuConfiguration, options.Way == CheckpointWayWanted.Archive));
        if (options.Kubernetes is { } kubernetes)
            services.AddKubernetesRuntime(kubernetes);
        else
            AddPodman(services, options);
        services.AddSingleton<IWorkloadNetworks>(s => new BridgedNetworks(
            new NodeShell(), s.GetRequiredService<PodmanPlaces>(), options.WorkloadBridge, keepsFrames: true));
        services.AddSingleton<AddressCheck>();

        services.AddSingleton<IMemoryPoolFactory<byte>, LargeBlocks>();
        services.AddSingleton<IncomingCheckpoints>();
        services.AddSingleton<OutgoingFolders>();
        services.AddSingleton<Bases>();
        services.AddSingleton<AheadReceiver>();
        services.AddSingleton<AheadRounds>();
        services.AddSingleton<ILiveMemory, ProcMemory>();
        services.AddSingleton<ExpectedBases>();
        services.AddSingleton<StandbyEndpoint>();
        services.AddSingleton<StandbySender>();
        services.AddSingleton<StandbyRounds>();
        services.AddSingleton<Admission>();
        services.AddSingleton<TransferEndpoint>();
        services.AddSingleton<OpenChannels>();
        services.AddSingleton<ChannelEndpoint>();
        services.AddSingleton<ChannelOpener>();
        services.AddSingleton<PageSources>();
        services.AddSingleton<ComingPages>();
        services.AddSingleton<IChannelHandler, PagesChannel>();
        services.AddSingleton<DirectTransfer>();
        services.AddSingleton<RegistryTraces>();
        services.AddSingleton<RegistryTransfer>();
        services.AddSingleton<RegistryReceiver>();
        services.AddSingleton<ICheckpointTransfer, RoutedTransfer>();
        services.AddSingleton<ITransferSecurity>(s => options.Tls is { } folder
            ? new MutualTls(folder, options.Node, s.GetRequiredService<ILogger<MutualTls>>())
            : new Unprotected());

        services.AddSingleton<Preparations>();
        services.AddSingleton(new HugeZeroPages(HugeZeroPages.OfKernel));
        services.AddSingleton<PreDumping>();
        services.AddSingleton<CheckedRestore>();
        services.AddSingleton<VolumeScans>();
        services.AddSingleton<VolumeSizes>();
        services.AddSingleton<VolumeSender>();
        services.AddSingleton<ArrivedVolumes>();
        services.AddSingleton<IChannelHandler, VolumeReceiver>();
        services.AddSingleton<IStepHandler<ReserveTarget>, ReserveTargetHandler>();
        services.AddSingleton<IStepHandler<PreCopy>, PreCopyHandler>();
        services.AddSingleton<IStepHandler<TakeCheckpoint>, TakeCheckpointHandler>();
        services.AddSingleton<IStepHandler<RestoreShadow>, RestoreShadowHandler>();
        services.AddSingleton<IStepHandler<ActivateInstance>, ActivateInstanceHandler>();
        services.AddSingleton<IStepHandler<CollectPages>, CollectPagesHandler>();
        services.AddSingleton<IStepHandler<FreezeInstance>, FreezeInstanceHandler>();
        services.AddSingleton<IStepHandler<ThawInstance>, ThawInstanceHandler>();
        services.AddSingleton<IStepHandler<StartInstance>, StartInstanceHandler>();
        services.AddSingleton<IStepHandler<ReviveSource>, ReviveSourceHandler>();
        services.AddSingleton<IStepHandler<RemoveInstance>, RemoveInstanceHandler>();
        services.AddSingleton<IStepHandler<DiscardCheckpoint>, DiscardCheckpointHandler>();
        services.AddSingleton<StepJournal>();
        services.AddSingleton<StepDesk>();

        services.AddSingleton<CriuConfigurationCheck>();
        services.AddSingleton<INodeCheck, CheckpointFolderCheck>();
        services.AddSingleton<INodeCheck, TransferSecurityCheck>();
        services.AddSingleton<INodeCheck, ControlGroupCheck>();
        services.AddSingleton<INodeCheck, RegistryCheck>();
        services.AddSingleton<INodeCheck, RsyncCheck>();
        services.AddSingleton<INodeCheck, StandbyCheck>();
        services.AddSingleton<INodeCheck>(new CriuFeatureCheck(PreDumpRules.Feature, "mem_dirty_track", options.Kubernetes is not null));
        services.AddSingleton<INodeCheck>(new CriuFeatureCheck("pagemap-scan", "pagemap_scan", options.Kubernetes is not null));
        services.AddSingleton<NodeFeatures>();
        services.AddSingleton<Surroundings>();
    }

    private static void AddPodman(IServiceCollection services, WorkerOptions options)
    {
        services.AddSingleton(_ => new PodmanApi(options.PodmanSocket));
        services.AddSingleton<IContainerRuntime, PodmanRuntime>();
        services.AddSingleton<IInstanceFiles, FilesInFolders>();
        services.AddSingleton<INodeCheck, PodmanCheck>();
        services.AddSingleton<INodeCheck, RuncCheck>();
        services.AddSingleton<INodeCheck, CriuVersionCheck>();
        services.AddSingleton<INodeCheck, CriuCheck>();
        services.AddSingleton<INodeCheck>(s => s.GetRequiredService<CriuConfigurationCheck>());
        services.AddSingleton<INodeCheck, WorkloadNetworkCheck>();
        services.AddSingleton<INodeCheck>(new CriuFeatureCheck("userfaultfd", "uffd"));
        services.AddSingleton<INodeCheck>(new CriuFeatureCheck("post-copy", "uffd-noncoop"));
    }
}
