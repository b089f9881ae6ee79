namespace Ms2m.Engine.Delivery;

/// <summary>What a message decided is stored, but not all of it is with the broker. Handling the message again sends the
/// rest and decides nothing anew.</summary>
public sealed class DeliveryFailedException(Exception cause)
    : Exception("The message is handled; sending what it decided has failed.", cause);
