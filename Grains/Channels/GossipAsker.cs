using Orleans;
using TPWallet.Domain.Gossip;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Channels;

/// <summary>
/// Asks other operators what they know of channels. Who is asked decides nothing: each word is weighed first, then its contract is looked at, and the keeper takes it only if both bear it out.
/// What one operator can cost is bounded by how often it is asked, how much of an answer is read, and how many contracts are looked at for it.
/// </summary>
public sealed class GossipAsker(IGrainFactory grains, PeerSet peers, ChannelFundings fundings, TimeProvider time)
{
    /// <summary>Most pages that are read of one answer.</summary>
    public const int MostPages = 16;

    /// <summary>Most contracts that are looked at for one answer; what is beyond is told again.</summary>
    public const int MostLooks = 64;

    /// <summary>Most channels that are looked at again at one time.</summary>
    public const int MostDue = 16;

    /// <summary>A word as young as this may be of a channel that is not final yet here: it is asked for again.</summary>
    private static readonly Span _young = Span.Seconds(600);

    private IGossipGrain Keeper => grains.GetGrain<IGossipGrain>(GossipCommand.Key);

    /// <summary>Asks an operator, where it is time to.</summary>
    public async Task AskAsync(Name teller, CancellationToken cancellationToken)
    {
        if (await Keeper.BeginAsking(teller) is not { } after) return;
        var telling = new Telling(after);
        try
        {
            for (var page = 0; page < MostPages && telling.Refused.Count < TellerStanding.MostRefused; page++)
                if (!await ReadPageAsync(teller, telling, cancellationToken)) break;
        }
        finally
        {
            await Keeper.EndAsking(teller, new(telling.HeldAt ?? telling.Next, telling.Words, telling.Taken, [.. telling.Refused], telling.Trouble));
        }
    }

    /// <summary>Looks again at channels of others that were not looked at for long; those that are not open any more leave the map.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var due in await Keeper.TakeDue(MostDue))
        {
            if (await fundings.LookAgainAsync(due.Facts, cancellationToken) is { } sight && GossipRules.Judge(sight) is not null)
                await Keeper.Submit(new GossipCommand.Drop(Guid.NewGuid(), Domain.Channels.ChannelDomain.Id(due.Facts)));
        }
    }

    /// <summary>Whether to go on.</summary>
    private async Task<bool> ReadPageAsync(Name teller, Telling telling, CancellationToken cancellationToken)
    {
        var (page, trouble) = await peers.AskGossipAsync(teller, telling.Next, cancellationToken);
        telling.Trouble = trouble;
        if (page is null) return false;
        if (page.Entries.IsDefault || page.Entries.Length > GossipPage.Most || page.Last < 0)
        {
            telling.Refused.Add(new(RejectionCode.Malformed, $"a page of at most {GossipPage.Most} words", "another"));
            return false;
        }

        telling.Words += page.Entries.Length;
        var verdicts = await Keeper.Weigh(teller, [.. page.Entries.Select(static entry => entry.Word)]);
        for (var i = 0; i < verdicts.Length; i++)
        {
            if (verdicts[i].Refusal is { } refusal) telling.Refused.Add(refusal);
            else if (verdicts[i].IsNew && !await TakeAsync(teller, page.Entries[i], telling, cancellationToken)) return false;
            if (telling.Refused.Count >= TellerStanding.MostRefused) break;
        }

        telling.Next = page.Last;
        return !page.IsWhole;
    }

    /// <summary>False where nothing more can be looked at: the word is told again.</summary>
    private async Task<bool> TakeAsync(Name teller, GossipEntry entry, Telling telling, CancellationToken cancellationToken)
    {
        var content = entry.Word.Content;
        var sight = fundings.Known(Domain.Channels.ChannelDomain.Id(content.Facts));
        if (sight is null && telling.Looks++ >= MostLooks) return telling.Hold(entry.Number);
        sight ??= await fundings.LookAgainAsync(content.Facts, cancellationToken);
        switch (await Keeper.Submit(new GossipCommand.Hear(Guid.NewGuid(), teller, entry.Word, sight)))
        {
            case CommandReply.Accepted:
                telling.Taken++;
                return true;
            case CommandReply.Refused { Rejection: { Code: RejectionCode.NotFound } unproved }:
                telling.Refused.Add(unproved);
                if (GossipRules.SaidAt(content) + _young > new Instant(time.GetUtcNow().ToUnixTimeMilliseconds())) telling.Hold(entry.Number);
                return true;
            // Who told it cannot help that a node does not answer, or that this deployment is being upgraded.
            case CommandReply.Refused { Rejection: { Code: RejectionCode.NodeUnavailable } silent }:
                telling.Trouble = silent.ToString();
                return telling.Hold(entry.Number);
            case CommandReply.Refused { Rejection: var refused }:
                telling.Refused.Add(refused);
                return true;
            default:
                return telling.Hold(entry.Number);
        }
    }

    /// <summary>One answer while it is read.</summary>
    private sealed class Telling(long next)
    {
        public long Next { get; set; } = next;

        /// <summary>From here on it is to be told again; null: nothing is.</summary>
        public long? HeldAt { get; private set; }

        public int Words { get; set; }

        public int Taken { get; set; }

        public int Looks { get; set; }

        public List<Rejection> Refused { get; } = [];

        public string? Trouble { get; set; }

        public bool Hold(long number)
        {
            HeldAt ??= number - 1;
            return false;
        }
    }
}
