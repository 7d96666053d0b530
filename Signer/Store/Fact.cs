using System.Text.Json.Serialization;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Signer.Store;

/// <summary>
/// What the signer knows for ever. Stored as JSON: append cases and fields, never rename. The columns beside the body are what it is looked
/// up by.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(KeyCreated), "key")]
[JsonDerivedType(typeof(SubjectSeen), "seen")]
[JsonDerivedType(typeof(LineageAdvanced), "lineage")]
[JsonDerivedType(typeof(Frozen), "frozen")]
[JsonDerivedType(typeof(IntentSigned), "signed")]
[JsonDerivedType(typeof(LegReplaced), "replaced")]
[JsonDerivedType(typeof(OutputClaimed), "claimed")]
[JsonDerivedType(typeof(ChannelTaken), "channel")]
[JsonDerivedType(typeof(ChannelsGoverned), "channels-governed")]
[JsonDerivedType(typeof(CoinChannelTaken), "coin-channel")]
internal abstract record Fact
{
    private Fact()
    {
    }

    public abstract FactColumns Columns();

    /// <summary>A key of an account, with what the provider needs to use it.</summary>
    public sealed record KeyCreated(KeyAttestation Attestation, HexBytes Handle) : Fact
    {
        public override FactColumns Columns() =>
            new("key", Attestation.Account.ToString(), $"{Attestation.Account}/{Attestation.Key}", null, null);
    }

    /// <summary>A subject was first shown with a valid vote: its time lock runs from here, by this signer's clock.</summary>
    /// <param name="EffectDigest">Of a packet's bounds, which the votes bind too; zero for a change.</param>
    public sealed record SubjectSeen(AccountId Account, Bytes32 Subject, Bytes32 EffectDigest) : Fact
    {
        public override FactColumns Columns() => new("seen", Account.ToString(), SeenSubject(Account, Subject, EffectDigest), null, null);

        public static string SeenSubject(AccountId account, Bytes32 subject, Bytes32 effectDigest) => $"{account}/{subject}/{effectDigest}";
    }

    /// <summary>The account's governance moved on; an older one is never accepted again.</summary>
    /// <param name="Changes">Canonical hashes of the changes that are new, in order.</param>
    public sealed record LineageAdvanced(
        AccountId Account, ImmutableArray<Bytes32> Changes, int PolicyVersion, Bytes32 PolicyHash, Bytes32 RosterHash) : Fact
    {
        public override FactColumns Columns() => new("lineage", Account.ToString(), null, null, null);
    }

    /// <summary>A member stopped new spending; only an enacted unfreeze of this number ends it.</summary>
    public sealed record Frozen(AccountId Account, int Number) : Fact
    {
        public override FactColumns Columns() => new("frozen", Account.ToString(), null, null, null);
    }

    /// <summary>A leg moved to a second nonce: from now on nothing but the no-op is signed for the first.</summary>
    public sealed record LegReplaced(AccountId Account, LegRef Leg, LegRef By) : Fact
    {
        public override FactColumns Columns() => new("replaced", Account.ToString(), Leg.ToString(), null, null);
    }

    /// <summary>An output was signed for a leg: no other leg spends it. Kept with each signature that spends it.</summary>
    public sealed record OutputClaimed(AccountId Account, ChainId Chain, SpentOutput Output, LegRef Leg) : Fact
    {
        public override FactColumns Columns() => new("claimed", Account.ToString(), ClaimSubject(Chain, Output), null, null);

        public static string ClaimSubject(ChainId chain, SpentOutput output) => $"{chain}/{output}";
    }

    /// <summary>A channel of the account, for which its key signs. What was signed is a floor (<see cref="IFloorStore"/>), since it changes with every payment.</summary>
    public sealed record ChannelTaken(AccountId Account, Name Key, ChannelFacts Facts, ChannelSide Us, UInt256 LockFloor) : Fact
    {
        public const string Kind = "channel";

        /// <summary>The channel's id and our side: both sides of a channel may be accounts of one signer.</summary>
        [JsonIgnore]
        public ChannelRef Side => new(ChannelDomain.Id(Facts), Us);

        public override FactColumns Columns() => new(Kind, Account.ToString(), Side.ToString(), null, null);
    }

    /// <summary>What the lineage that was accepted last says of channels.</summary>
    /// <param name="Changes">Length of the lineage.</param>
    /// <param name="Mandates">Of channel keys.</param>
    /// <param name="Unfrozen">The last freeze that it ends, 0: none.</param>
    public sealed record ChannelsGoverned(AccountId Account, int Changes, ImmutableArray<ChannelMandate> Mandates, int Unfrozen) : Fact
    {
        public const string Kind = "channels-governed";

        /// <summary>Of channel keys on chains of the Bitcoin family.</summary>
        [JsonPropertyName("coinMandates")]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<CoinMandate>? Coins { get; init; }

        [JsonIgnore]
        public IReadOnlyList<CoinMandate> CoinMandates => Coins ?? [];

        public override FactColumns Columns() => new(Kind, Account.ToString(), null, null, null);
    }

    /// <summary>The same of a chain of the Bitcoin family. What was signed is a floor (<see cref="ICoinFloorStore"/>).</summary>
    public sealed record CoinChannelTaken(AccountId Account, Name Key, CoinParties Parties, CoinSide Us, CoinTerms Terms, HexBytes Payout) : Fact
    {
        public const string Kind = "coin-channel";

        [JsonIgnore]
        public CoinChannelRef Side => new(Parties.Id, Us);

        public override FactColumns Columns() => new(Kind, Account.ToString(), Side.ToString(), null, null);
    }

    /// <summary>A payload was signed: what can be mined at this nonce, whom it paid, and what it may cost.</summary>
    /// <param name="Fingerprint">Of key, chain, payload and packet: the same request id with other content is noticed.</param>
    /// <param name="Outflow">What the whole packet takes at most; only with the packet's first signature, else empty.</param>
    /// <param name="Packet">The packet itself, with its first signature: a journal that lost its tail learns it again from here.</param>
    /// <param name="Bounds">Its bounds, where the packet is.</param>
    /// <param name="Coins">What it spends on a chain of the Bitcoin family, where nonce and terms say nothing; null elsewhere.</param>
    public sealed record IntentSigned(
        AccountId Account,
        Guid Request,
        Bytes32 Fingerprint,
        LegRef Leg,
        Bytes32 PacketHash,
        ChainId Chain,
        Address Address,
        ulong Nonce,
        bool NoOp,
        GasTerms Terms,
        ImmutableArray<Outgoing> Outflow,
        HexBytes Raw,
        Bytes32 TxHash,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PacketContent? Packet = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] EffectBounds? Bounds = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] CoinSpend? Coins = null) : Fact
    {
        public override FactColumns Columns() => new(
            "signed",
            Account.ToString(),
            Coins is null ? NonceSubject(Chain, Address, Nonce) : CoinSubject(Chain, Address, TxHash),
            Leg.ToString(),
            Request.ToString());

        public static string CoinSubject(ChainId chain, Address address, Bytes32 txHash) => $"{chain}/{address}/{txHash}";

        public static string NonceSubject(ChainId chain, Address address, ulong nonce) => $"{chain}/{address}/{nonce}";
    }
}

/// <summary>What may leave, and from which tier: what limit windows are filled with.</summary>
internal sealed record Outgoing(AssetId Asset, Tier Tier, UInt256 Amount)
{
    /// <summary>The channel key under whose mandate it went out without votes; null for what was voted on.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Name? Mandate { get; init; }
}

/// <summary>The columns that a fact is found by.</summary>
internal sealed record FactColumns(string Kind, string Account, string? Subject, string? Leg, string? Request);

/// <summary>A fact with its place and time in the store.</summary>
internal sealed record StoredFact(long Number, Instant At, Fact Fact);

/// <summary>The stored form of facts.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Fact))]
internal sealed partial class FactJson : JsonSerializerContext;
