using System.Security.Cryptography;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.CoinChannels;

/// <summary>Two sides of a channel on a chain of their own, and payments whose preimages the test knows.</summary>
internal sealed class CoinPair : IDisposable
{
    private int _preimages;

    internal CoinPair(CoinForm form = CoinForm.Anchors)
    {
        Terms = TermsOf(form);
        (Opener, Accepter) = (new(CoinSide.Opener), new(CoinSide.Accepter));
    }

    /// <summary>Whose it is; the keys of accounts decide nothing here.</summary>
    internal static CoinParties Parties { get; } = new(BitcoinChain.Regtest.Id, PointOf(1), PointOf(2), 1);

    internal CoinTerms Terms { get; }

    internal CoinParty Opener { get; }

    internal CoinParty Accepter { get; }

    internal ToyChain Chain { get; } = new();

    internal Dictionary<Bytes32, Bytes32> Preimages { get; } = [];

    internal IEnumerable<CoinParty> Both => [Opener, Accepter];

    internal BitcoinTransaction Funding { get; private set; } = null!;

    internal static CoinTerms TermsOf(CoinForm form) => new(
        form, FundingSat: 1_000_000, FeeratePerKw: 1_000, MostFeeratePerKw: 5_000, DustLimitSat: 500, ToSelfDelay: 6, ReserveSat: 10_000, MostHtlcs: 20, MostHeldMsat: 600_000_000,
        MostTrimmedMsat: 4_000_000, Depth: 3, GuardBlocks: 4);

    internal static CoinPair Open(CoinForm form = CoinForm.Anchors)
    {
        var pair = new CoinPair(form);
        pair.Meet();
        pair.Fund(pair.MakeFunding());
        pair.Chain.Give(pair.Funding);
        pair.Mine(3);
        pair.Settle();
        foreach (var party in pair.Both) party.State.Phase.Should().Be(CoinPhase.Open);
        return pair;
    }

    internal CoinOpening OpeningOf(CoinParty party) => OpeningOf(party, Terms);

    internal static CoinOpening OpeningOf(CoinParty party, CoinTerms terms) => new(new(Bytes32.Zero), "channels", Parties, terms, party.Payout.Bytes, null);

    internal CoinParty PeerOf(CoinParty party) => party == Opener ? Accepter : Opener;

    /// <summary>Both begin, and know each other's keys.</summary>
    internal void Meet()
    {
        foreach (var party in Both) party.Accept(new CoinCommand.Open(party.NewId(), OpeningOf(party)));
        Settle();
    }

    /// <summary>The output that the funding transaction must have.</summary>
    internal BitcoinOutput FundingOutput =>
        CoinTransactions.ChannelOf(new(Terms, default, Opener.State.Ours!, Accepter.State.Ours!)).FundingOutput;

    internal void Fund(BitcoinTransaction funding)
    {
        Funding = funding;
        Opener.Accept(new CoinCommand.Fund(Opener.NewId(), new(funding.Txid().Shown, 0)));
        Settle();
        foreach (var party in Both) party.State.Phase.Should().Be(CoinPhase.Funding, "both have their first commitment before the funding is sent");
    }

    /// <summary>A preimage that was not used before, and its hash.</summary>
    internal Bytes32 NewHash()
    {
        var preimage = Bytes32.From(SHA256.HashData(BitConverter.GetBytes(_preimages++)));
        var hash = Bytes32.From(SHA256.HashData(preimage.ToArray()));
        Preimages[hash] = preimage;
        return hash;
    }

    /// <summary>Runs what both owe to their signers and each other until there is nothing more.</summary>
    internal void Settle()
    {
        for (var steps = 0; Step(Opener) | Step(Accepter); steps++)
            if (steps > 20_000) throw new InvalidOperationException($"They do not come to rest: {string.Join(", ", Both.SelectMany(static party => party.Owed.Keys))}");
    }

    /// <summary>A block, or some; both see it, and send what they owe to the chain.</summary>
    internal void Mine(int blocks = 1)
    {
        for (; blocks > 0; blocks--)
        {
            Chain.Mine();
            See();
            Settle();
            SendAll();
        }
    }

    internal void See()
    {
        foreach (var party in Both) party.See(Chain);
    }

    /// <summary>What both owe to the chain, until a look shows nothing more to send.</summary>
    internal void SendAll()
    {
        foreach (var party in Both)
        {
            foreach (var intent in party.Owed.Where(static owed => CoinParty.IsForChain(owed.Value)).Select(static owed => owed.Key).ToArray())
            {
                if (!party.Owed.ContainsKey(intent) || party.Make(intent) is not { } transaction) continue;
                var refusal = Chain.Send(transaction);
                // Two may take the same at once, or a look be old: the next shows who was first.
                if (refusal is null) party.Accept(new CoinCommand.RecordSent(party.NewId(), intent, true));
                else refusal.Should().BeOneOf("spent", "no such output");
            }
        }
    }

    /// <summary>What the chain pays to a party's script.</summary>
    internal long PaidSat(CoinParty party) => Chain.Transactions.Where(transaction => transaction != Funding).SelectMany(static transaction => transaction.Outputs)
        .Where(output => output.ScriptPubKey == party.Payout).Sum(static output => output.ValueSat);

    public void Dispose()
    {
        Opener.Dispose();
        Accepter.Dispose();
    }

    private static HexBytes PointOf(byte number) => CoinTransactions.PointOf(Bytes32.From([.. new byte[31], number]));

    private BitcoinTransaction MakeFunding() => new(2, [new(new(BitcoinHash.Of([7]), 0))], [FundingOutput], 0);

    private bool Step(CoinParty party)
    {
        foreach (var intent in party.Owed.Keys)
            if (party.Run(PeerOf(party), intent)) return true;
        return false;
    }
}
