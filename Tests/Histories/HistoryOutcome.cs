using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Histories;

/// <summary>What came of one history.</summary>
/// <param name="Deepest">Blocks that its deepest reorg took.</param>
/// <param name="Alerts">Changes that had to be told, and were.</param>
/// <param name="SlowestPoll">From the moment the tracker was let look until all that the poll told was durable.</param>
/// <param name="SlowestLedger">From then until the account had what it must.</param>
/// <param name="Fault">Null where all was right.</param>
internal sealed record HistoryOutcome(
    ulong Seed, ChainId Chain, int Reorgs, int Deepest, int Alerts, TimeSpan SlowestPoll, TimeSpan SlowestLedger, Exception? Fault, string Story)
{
    public FaultKind? Kind => (Fault as HistoryFaultException)?.Kind;
}
