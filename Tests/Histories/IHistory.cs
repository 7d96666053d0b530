namespace TPWallet.Tests.Histories;

/// <summary>A script of one chain's history, played and judged.</summary>
internal interface IHistory
{
    Task<HistoryOutcome> RunAsync();
}
