using Orleans;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Gossip;

/// <summary>Keeps what operators tell each other of their channels. Key: <see cref="GossipCommand.Key"/>. Inner: called by grains and the silos' own services.</summary>
public interface IGossipGrain : IWakeable
{
    Task<CommandReply> Submit(GossipCommand command);

    /// <summary>What an operator may hear, after a number of ours; 0: all.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<GossipPage> Tell(Name to, long after);

    /// <summary>What others told of a network, after a number; 0: all.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<HeardPage> ReadHeard(RouterRef network, long after);

    /// <summary>What is to be done with words before anything is asked of a chain, in their order.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<ImmutableArray<WordVerdict>> Weigh(Name from, ImmutableArray<SignedAnnouncement> words);

    /// <summary>Whether an operator is to be asked now, and after which number; null: not now. Kept in memory.</summary>
    Task<long?> BeginAsking(Name teller);

    /// <summary>What came of asking it. Kept in memory.</summary>
    Task EndAsking(Name teller, TellingReport report);

    /// <summary>Channels of others whose contract is to be looked at again, those that were looked at longest ago first. Kept in memory.</summary>
    Task<ImmutableArray<ChannelAnnouncement>> TakeDue(int most);

    [Orleans.Concurrency.ReadOnly]
    Task<GossipView> Read();
}

/// <summary>Asks one operator what it knows of channels, where it is time to. Key: its name.</summary>
public interface IGossipAskerGrain : IGrainWithStringKey
{
    /// <summary>To be called again and again.</summary>
    Task Ask();
}

/// <summary>What is to be done with a word that was heard.</summary>
/// <param name="IsNew">It says something new, and is true if the contract shows its channel.</param>
/// <param name="Refusal">Why it is of no use; null: it is new, or known.</param>
[GenerateSerializer, Immutable, Alias("tpw.word-verdict")]
public sealed record WordVerdict(bool IsNew, Rejection? Refusal);

/// <summary>What came of asking an operator once.</summary>
/// <param name="Next">The number to ask after next.</param>
/// <param name="Words">Words that it told.</param>
/// <param name="Taken">Those that were taken.</param>
/// <param name="Refused">Why others were not.</param>
/// <param name="Trouble">Why it did not answer; null: it did.</param>
[GenerateSerializer, Immutable, Alias("tpw.telling-report")]
public sealed record TellingReport(long Next, int Words, int Taken, ImmutableArray<Rejection> Refused, string? Trouble);
