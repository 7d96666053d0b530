using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Crypto;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Evidence;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Evidence;

/// <summary>A settled packet with a native leg, a token leg and a ledger leg, made with real keys and a block of real encodings: a pack that
/// holds.</summary>
internal static class Story
{
    public static readonly Address Payee = People.AddressOf("payee");

    private static readonly UInt256 Budget = UInt256.Parse("1000000000000000");

    public static AccountId Account { get; } = Canonical.AccountId(People.StandardGenesis);

    public static AccountId Other { get; } = Canonical.AccountId(People.GenesisOf(People.StandardPolicy, People.All, "other"));

    public static Bytes32 FirstHead { get; } = JournalRowHash.Of(
        Journal([]), Row<AccountEvent>(1, new AccountEvent.Registered(People.StandardGenesis), AccountJson.Default.AccountEvent), null);

    public static EvidencePack Pack()
    {
        using var key = Key("hot");
        var from = EthereumAddress.FromPrivateKey(key);
        var packet = Packet(from);
        var signed = new[] { Sign(packet.Legs[0], 0, key), Sign(packet.Legs[1], 1, key) };
        var headers = Blocks(signed);
        var legs = signed.Select((transaction, i) => Leg(packet.Legs[i].Id, signed, headers, i)).ToImmutableArray();
        var block = new BlockRef(10, BlockHeader.Decode(headers[0].Span).Value.Hash());
        var bounds = new EffectBounds([], [], [], []);
        return new(
            EvidencePack.CurrentSchema,
            People.StandardGenesis,
            People.Prove(People.StandardGenesis, People.All),
            [],
            packet,
            bounds,
            [Vote(People.Ana, packet, bounds), Vote(People.Ben, packet, bounds), Vote(People.Cleo, packet, bounds)],
            [Attest(from)],
            legs,
            [
                Chained(Journal([]), AccountJson.Default.AccountEvent, Events(packet, signed, block)),
                Told(packet, packet.Legs[2].Id)]);
    }

    /// <summary>The stream with every hash made anew, as someone who owns the database would.</summary>
    public static EvidenceJournal Rehash(EvidenceJournal journal)
    {
        var rows = ImmutableArray.CreateBuilder<EvidenceRow>();
        Bytes32? previous = null;
        foreach (var row in journal.Rows)
        {
            previous = JournalRowHash.Of(journal, row, previous);
            rows.Add(row with { Hash = previous.Value });
        }

        return journal with { Rows = rows.ToImmutable() };
    }

    /// <summary>The packet's journal when it was told of this leg's delivery.</summary>
    public static EvidenceJournal Told(PacketContent packet, Name leg) => Chained(
        new("acme", "packet", packet.Ref.Key, []), PacketJson.Default.PacketEvent, [new PacketEvent.LegProgressed(leg, new LegProgress.Delivered())]);

    public static EvidenceRow Row<TEvent>(long version, TEvent value, JsonTypeInfo<TEvent> type) => new(
        version,
        value!.GetType().Name,
        1,
        JsonSerializer.SerializeToUtf8Bytes(value, type),
        People.Id($"command {version}"),
        new byte[32],
        People.Start,
        Bytes32.Zero);

    public static EvidenceJournal Journal(ImmutableArray<EvidenceRow> rows) => new("acme", "account", Account.ToString(), rows);

    public static Vote Vote(Person person, PacketContent packet, EffectBounds bounds)
    {
        var subject = new VoteSubject.Packet(packet, bounds);
        var terms = VoteTerms.Of(Governance.FromGenesis(People.StandardGenesis));
        var (from, to) = (People.Start, People.Start + Span.Hours(1));
        var content = subject.Draft(terms, VoteDecision.Approve, person.Id, person.DeviceId, from, to, FirstHead);
        return person.SignVote(subject, People.Deployment, content);
    }

    private static PacketContent Packet(Address from) => new(
        new(Account, "pay"),
        1,
        People.Olga.Id,
        [
            new Leg.ChainTransfer("coin", [], from, Payee, new(People.Eth, People.Ether), new(Budget)),
            new Leg.ChainTransfer("token", [], from, Payee, new(People.Token, 500), new(Budget)),
            new Leg.LedgerTransfer("inside", [], Other, new(People.Eth, 7)),
        ],
        [],
        People.Start + Span.Hours(24),
        People.Start + Span.Hours(48));

    private static SignedTransaction Sign(Leg leg, ulong nonce, PrivateKey key)
    {
        var call = LegCall.Of(leg).Value;
        return new EthereumTransaction.DynamicFee(call.Chain.EvmNumber, nonce, 1, 1_000, 100_000, call.To, call.Value, call.Data, []).Sign(key);
    }

    private static ImmutableArray<HexBytes> Blocks(SignedTransaction[] signed)
    {
        var first = Header(10, Bytes32.Zero) with
        {
            TransactionsRoot = MerklePatricia.OrderedRoot([.. signed.Select(static transaction => transaction.Encode())]),
            ReceiptsRoot = MerklePatricia.OrderedRoot([.. signed.Select((_, i) => Receipt(i).Encode())]),
        };
        var second = Header(11, first.Hash());
        return [first.Encode(), second.Encode()];
    }

    private static BlockHeader Header(ulong number, Bytes32 parent) => new()
    {
        ParentHash = parent,
        OmmersHash = Bytes32.Zero,
        Beneficiary = Payee,
        StateRoot = Bytes32.Zero,
        TransactionsRoot = MerklePatricia.EmptyRoot,
        ReceiptsRoot = MerklePatricia.EmptyRoot,
        LogsBloom = new byte[BlockHeader.BloomLength],
        Difficulty = UInt256.Zero,
        Number = number,
        GasLimit = 30_000_000,
        GasUsed = 42_000,
        Timestamp = (ulong)(People.Start.UnixMs / 1000) + number,
        ExtraData = HexBytes.Empty,
        MixHash = Bytes32.Zero,
        Nonce = new byte[8],
        BaseFeePerGas = 1,
    };

    private static Receipt Receipt(int index) => new()
    {
        Type = 2,
        Succeeded = true,
        CumulativeGasUsed = 21_000 * ((ulong)index + 1),
        LogsBloom = new byte[BlockHeader.BloomLength],
        Logs = [],
        TransactionHash = Bytes32.Zero,
        TransactionIndex = index,
        Block = default,
        GasUsed = 21_000,
        FirstLogIndex = 0,
    };

    private static EvidenceLeg Leg(Name leg, SignedTransaction[] signed, ImmutableArray<HexBytes> headers, int index) => new(
        leg,
        signed[index].Encode(),
        headers,
        index,
        MerklePatricia.OrderedProof([.. signed.Select(static transaction => transaction.Encode())], index),
        MerklePatricia.OrderedProof([.. signed.Select((_, i) => Receipt(i).Encode())], index));

    private static KeyAttestation Attest(Address address)
    {
        using var identity = Key("signer");
        var attestation = new KeyAttestation(
            Account, "hot", People.Chain, Tier.Hot, address, new byte[33], Ed25519.CreatePublicKey(identity), HexBytes.Empty);
        var signature = new byte[Ed25519.SignatureLength];
        Ed25519.Sign(identity, Canonical.Hash(attestation).ToArray(), signature);
        return attestation with { Signature = signature };
    }

    private static AccountEvent[] Events(PacketContent packet, SignedTransaction[] signed, BlockRef block)
    {
        var inside = (Leg.LedgerTransfer)packet.Legs[2];
        var name = new LegRef(packet.Ref, inside.Id);
        return
        [
            new AccountEvent.Registered(People.StandardGenesis),
            Posted(packet, 0, signed[0].Hash(), block),
            Posted(packet, 1, signed[1].Hash(), block),
            new AccountEvent.TransferSent(name, inside.To, inside.Amount, Postings.None),
            new AccountEvent.TransferClosed(name),
        ];
    }

    private static AccountEvent.LegPosted Posted(PacketContent packet, int leg, Bytes32 transaction, BlockRef block) => new(
        packet.Ref.Id, packet.Legs[leg].Id, new Inclusion(
            People.Chain, transaction, block, Succeeded: true, 21_000), [], [], 21_000, Postings.None);

    private static EvidenceJournal Chained<TEvent>(EvidenceJournal journal, JsonTypeInfo<TEvent> type, TEvent[] events) =>
        Rehash(journal with { Rows = [.. events.Select((value, i) => Row(i + 1, value, type))] });

    private static PrivateKey Key(string name) =>
        PrivateKey.From(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}
