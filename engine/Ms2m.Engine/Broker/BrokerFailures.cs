using System.Net;
using Ms2m.Contracts;
using RabbitMQ.Client.Exceptions;

namespace Ms2m.Engine.Broker;

/// <summary>What can go wrong on the broker, for people: 11xx.</summary>
internal static class BrokerFailures
{
    public static Failure Picks(string exchange, string type) => new(
        "MS2M-1105", $"The exchange \"{exchange}\" has the type {type}, which gives a message to one queue only.",
        "A workload can be moved by shadow behind direct, fanout, topic and headers exchanges.");

    public static Failure Reserved { get; } = new(
        "MS2M-1108", "The name of a workload or of its queue must not begin with \"ms2m\" or \"amq\".",
        "Choose another name: a workload owns every queue and exchange below its own names.");

    public static Failure Of(Exception failure) => failure switch
    {
        InstanceStillConnectedException still => new(
            "MS2M-1106", still.Message, "The engine asks again. See the broker's list of connections."),
        PodRefusedException refused => new(
            "MS2M-1109", $"The pod cannot be this workload: {refused.Message}.",
            "Change the annotations of the pod's template, or the engine's setting MS2M_POD_GRANTS."),
        HttpRequestException { StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } => new(
            "MS2M-1107", "The broker's management plugin refused the engine.",
            "The user in MS2M_BROKER_MANAGEMENT_URI needs the tag administrator: it makes the users of instances."),
        HttpRequestException { StatusCode: HttpStatusCode.NotFound } => new(
            "MS2M-1101", "The workload's primary queue does not exist.",
            "Check the queue that the workload was started with; `ms2m workloads` shows it."),
        HttpRequestException => new(
            "MS2M-1102", "The broker's management plugin did not answer.",
            "Enable rabbitmq_management and check MS2M_BROKER_MANAGEMENT_URI."),
        BrokerUnreachableException => new(
            "MS2M-1103", "The broker cannot be reached.", "Check that it runs, and MS2M_BROKER_URI."),
        OperationInterruptedException { ShutdownReason.ReplyCode: 403 } => new(
            "MS2M-1104", "The broker refused the engine.", "Give the engine's broker user configure, write and read."),
        _ => new("MS2M-1100", $"The broker task failed ({failure.GetType().Name}).", "See the engine's log."),
    };
}
