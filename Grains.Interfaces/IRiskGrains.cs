using Orleans;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces;

/// <summary>What an account, or a party of all accounts, usually does. Key: account id, or chain, slash and address. Inner, except <see cref="Read"/>.</summary>
public interface IRiskProfileGrain : IWakeable
{
    Task<CommandReply> Submit(RiskProfileCommand command);

    /// <summary>The newest score of a payment that was assessed and is neither settled nor dropped; null for any other.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<RiskScore?> ReadScore(Guid payment);

    /// <summary>Payments that were assessed and are not known to be over, oldest first; at most 16.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<ImmutableArray<PendingRisk>> ReadPending();

    [Orleans.Concurrency.ReadOnly]
    Task<RiskProfileView> Read();
}

/// <summary>What is known of a contract, and how far it is trusted. Key: chain, slash, address.</summary>
public interface IDappGrain : IWakeable
{
    Task<CommandReply> Submit(DappCommand command);

    /// <summary>Null where nothing was ever said of it.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<DappView?> Read();
}

/// <summary>Lists contracts of which something is recorded; holds nothing. Key: <see cref="DappPage.Key"/>.</summary>
public interface IDappListGrain : IGrainWithStringKey
{
    /// <param name="after">The last page's <see cref="DappPage.Next"/>; null: the first page.</param>
    /// <param name="most">At most <see cref="DappPage.Max"/> are looked at.</param>
    /// <param name="least">Only those that are trusted so far, per mille.</param>
    Task<DappPage> Read(string? after, int most, int least);
}

/// <summary>An incident. Key: the name that its finder derives from what it found.</summary>
public interface IIncidentGrain : IWakeable
{
    Task<CommandReply> Submit(IncidentCommand command);

    [Orleans.Concurrency.ReadOnly]
    Task<IncidentView?> Read();
}

/// <summary>Lists incidents; holds nothing. Key: <see cref="IncidentPage.Key"/>.</summary>
public interface IIncidentListGrain : IGrainWithStringKey
{
    /// <param name="after">The last page's <see cref="IncidentPage.Next"/>; null: the first page.</param>
    /// <param name="most">At most <see cref="IncidentPage.Max"/> are looked at.</param>
    /// <param name="all">Also those that are resolved.</param>
    Task<IncidentPage> Read(string? after, int most, bool all);
}

/// <summary>A payment that is held. Key: account id, slash, case name.</summary>
public interface ICaseGrain : IWakeable
{
    Task<CommandReply> Submit(CaseCommand command);

    /// <summary>Reviewers' reasons are open in it, or say that they were erased.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<CaseView?> Read();

    /// <summary>What it asks an outside service; null where it asks for no verdict.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<VerdictQuestion?> ReadQuestion();
}

/// <summary>Which cases of the tenant wait for reviewers. Key: <see cref="ReviewQueueCommand.Key"/>.</summary>
public interface IReviewQueueGrain : IWakeable
{
    Task<CommandReply> Submit(ReviewQueueCommand command);

    /// <param name="from">Where the page begins; null: at the first.</param>
    /// <param name="most">At most <see cref="ReviewQueuePage.Max"/>.</param>
    [Orleans.Concurrency.ReadOnly]
    Task<ReviewQueuePage> Read(string? from, int most);
}
