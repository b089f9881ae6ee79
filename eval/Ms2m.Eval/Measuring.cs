using Ms2m.Cli.Api;
using Ms2m.Contracts;
using RabbitMQ.Client.Exceptions;

namespace Ms2m.Eval;

/// <summary>Turns every expected trouble of a measurement into a sentence and an exit code.</summary>
internal static class Measuring
{
    public static async Task<int> Run(bool json, Func<Task<int>> work, CancellationToken cancel)
    {
        try
        {
            return await work();
        }
        catch (EngineUnreachableException gone)
        {
            return Fail(json, gone.Reason, ExitCodes.NotReady);
        }
        catch (EngineRefusedException no)
        {
            return Fail(json, no.Reason, ExitCodes.NotReady);
        }
        catch (CannotMeasureException cannot)
        {
            return Fail(json, cannot.Reason, ExitCodes.NotReady);
        }
        catch (BrokerUnreachableException gone)
        {
            return Fail(json, new Failure(
                "MS2M-EVAL-BROKER",
                $"The broker does not answer: {gone.GetBaseException().Message}",
                "See './ms2m lab status'."), ExitCodes.NotReady);
        }
        catch (TimeoutException late)
        {
            return Fail(json, new Failure(
                "MS2M-EVAL-LATE", late.Message, "See './ms2m lab logs'."), ExitCodes.NotExact);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
#pragma warning disable CA1031 // The last catch: a person gets a sentence, never a stack trace.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            return Fail(json, new Failure(
                "MS2M-EVAL-BUG", $"Unexpected: {bug.GetType().Name}: {bug.Message}", "Please report it."), ExitCodes.NotExact);
        }
    }

    private static int Fail(bool json, Failure reason, int exitCode)
    {
        Console.Error.WriteLine($"ms2m: {reason.Message} [{reason.Code}]");
        Console.Error.WriteLine($"      {reason.Remedy}");
        if (json)
        {
            Console.Out.WriteLine(ApiJson.Document(new { outcome = "NotMeasured", reason }));
        }

        return exitCode;
    }
}
