using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Steps;

namespace Ms2m.NodeWorker.Completed;

/// <summary>What the desk must know of a kind of command besides how it is done.</summary>
/// <param name="RunsAgain">After a restart of the worker the work is simply done again; else the engine is told that it
/// failed and may try once more. Commands with a secret cannot run again, because the secret is not kept.</param>
/// <param name="EndsOthers">Everything else of the migration on this node is given up when it comes.</param>
public abstract record StepKind(Type Command, bool RunsAgain, bool EndsOthers)
{
    private static readonly StepKind[] All =
    [
        new Of<ReserveTarget>(RunsAgain: false, EndsOthers: false, c => c with { Token = "" }),
        new Of<PreCopy>(RunsAgain: false, EndsOthers: false, c => c with { Token = "" }),
        new Of<TakeCheckpoint>(RunsAgain: false, EndsOthers: false, c => c with { Token = "" }),
        new Of<RestoreShadow>(RunsAgain: true, EndsOthers: false, c => c),
        new Of<ActivateInstance>(RunsAgain: true, EndsOthers: false, c => c),
        new Of<CollectPages>(RunsAgain: true, EndsOthers: false, c => c),
        new Of<FreezeInstance>(RunsAgain: true, EndsOthers: false, c => c),
        new Of<StartInstance>(RunsAgain: true, EndsOthers: false, c => c),
        // Part of a rollback, before or after the others: what is still at work shall not freeze it once more.
        new Of<ThawInstance>(RunsAgain: true, EndsOthers: true, c => c),
        new Of<ReviveSource>(RunsAgain: true, EndsOthers: true, c => c),
        new Of<RemoveInstance>(RunsAgain: true, EndsOthers: true, c => c),
        new Of<DiscardCheckpoint>(RunsAgain: true, EndsOthers: true, c => c),
    ];

    public static StepKind For(IStepMessage command) =>
        Named(command.GetType().Name) ?? throw new ArgumentException($"{command.GetType()} is no command of a step.");

    public static StepKind? Named(string type) => All.FirstOrDefault(k => k.Command.Name == type);

    public IStepMessage? Read(JsonElement body) => body.Deserialize(Command, ContractJson.Options) as IStepMessage;

    public abstract JsonElement WithoutSecrets(IStepMessage command);

    public abstract Task<Trouble?> RunAsync(
        IServiceProvider services, IStepMessage command, Action<IStepMessage> answer, CancellationToken cancel);

    private sealed record Of<T>(bool RunsAgain, bool EndsOthers, Func<T, T> Redact)
        : StepKind(typeof(T), RunsAgain, EndsOthers)
        where T : IStepMessage
    {
        public override JsonElement WithoutSecrets(IStepMessage command) =>
            JsonSerializer.SerializeToElement(Redact((T)command), ContractJson.Options);

        public override Task<Trouble?> RunAsync(
            IServiceProvider services, IStepMessage command, Action<IStepMessage> answer, CancellationToken cancel) =>
            services.GetRequiredService<IStepHandler<T>>().HandleAsync((T)command, answer, cancel);
    }
}
