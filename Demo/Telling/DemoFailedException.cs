namespace TPWallet.Demo.Telling;

/// <summary>The demo cannot go on; the message says at what.</summary>
internal sealed class DemoFailedException(string message) : Exception(message);
