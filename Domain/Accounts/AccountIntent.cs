using System.Text.Json.Serialization;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Ledger;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Domain.Accounts;

/// <summary>What an account owes the world, as it stands in state until its result event takes it out.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "intent")]
[JsonDerivedType(typeof(CreateKey), "create-key")]
[JsonDerivedType(typeof(WatchAddress), "watch-address")]
[JsonDerivedType(typeof(AnnounceChange), "announce-change")]
[JsonDerivedType(typeof(AnnounceFreeze), "announce-freeze")]
[JsonDerivedType(typeof(Deliver), "deliver")]
[JsonDerivedType(typeof(TellReturned), "tell-returned")]
[JsonDerivedType(typeof(PostFee), "post-fee")]
[JsonDerivedType(typeof(TellLaneResumed), "tell-lane-resumed")]
[JsonDerivedType(typeof(ErasePersonal), "erase-personal")]
[JsonDerivedType(typeof(Screen), "screen")]
[JsonDerivedType(typeof(AwaitDepth), "await-depth")]
[JsonDerivedType(typeof(OpenCase), "open-case")]
[JsonDerivedType(typeof(CloseCase), "close-case")]
[JsonDerivedType(typeof(TellCoin), "tell-coin")]
[JsonDerivedType(typeof(TellLost), "tell-lost")]
public abstract record AccountIntent
{
    private AccountIntent()
    {
    }

    /// <summary>The name under which the watching of a key's address is owed.</summary>
    internal static StateKey WatchName(Name key) => $"watch/{key}";

    /// <summary>The name under which the erasure of that number is owed.</summary>
    internal static StateKey EraseName(int number) => $"erase-personal/{number}";

    /// <summary>The name under which the delivery of a leg is owed.</summary>
    internal static StateKey DeliverName(LegRef leg) => $"deliver/{leg.Packet.Id}/{leg.Leg}";

    /// <summary>
    /// The only command id under which a leg is delivered, however often and whoever sends it: so the payee's journal, which knows every id for ever, is
    /// what keeps a transfer from being credited twice.
    /// </summary>
    public static Guid DeliveryId(LegRef leg) => EffectId.Of(AccountDecider.Kind, leg.Packet.Owner, DeliverName(leg).Value);

    public sealed record CreateKey(Name Key, ChainId Chain, Tier Tier) : AccountIntent;

    public sealed record WatchAddress(ChainId Chain, Address Address) : AccountIntent;

    public sealed record AnnounceChange(ChangeProposal Proposal, ImmutableArray<Vote> Votes) : AccountIntent;

    /// <summary>The signer is told of a freeze too, so that it holds against whoever owns this silo's database.</summary>
    public sealed record AnnounceFreeze(int Number, Vote Vote) : AccountIntent;

    /// <summary>The credit at the payee, then the packet's knowledge of it; the payee's answer decides between closed and returned.</summary>
    public sealed record Deliver(LegRef Leg, AccountId To, Amount Amount) : AccountIntent;

    public sealed record TellReturned(LegRef Leg, Rejection Rejection) : AccountIntent;

    public sealed record TellLaneResumed(ChainId Chain, Address Address, Bytes32 ForeignTx, Name Change) : AccountIntent;

    /// <summary>Every data key that the account has when it is done is destroyed.</summary>
    public sealed record ErasePersonal : AccountIntent;

    /// <summary>A score of a held deposit.</summary>
    public sealed record Screen(Guid Id, Deposit Deposit, Tier Tier, ImmutableArray<Address> Sources) : AccountIntent;

    /// <summary>More confirmations of a held deposit's block than the chain's profile asks for.</summary>
    public sealed record AwaitDepth(Guid Id, ChainId Chain, BlockRef Block, int Extra) : AccountIntent;

    public sealed record OpenCase(string Case, Guid Payment, DepositScore Score) : AccountIntent
    {
        /// <summary>What an outside service is asked about; null where no verdict is asked for.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public VerdictSubject? Subject { get; init; }
    }

    public sealed record CloseCase(string Case) : AccountIntent
    {
        /// <summary>The packet that gives the deposit back; null where none does. A return that is closed may be followed by another, which closes the case once more.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public Name? Packet { get; init; }
    }

    /// <summary>The lane of its address hears of a released deposit's output, or that it is lost.</summary>
    public sealed record TellCoin(Deposit Deposit, bool IsLost) : AccountIntent
    {
        /// <summary>It was rejected, and is there for the leg that gives it back.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool IsReturn { get; init; }
    }

    /// <summary>A deposit that the leg gives back has lost its block.</summary>
    public sealed record TellLost(LegRef Leg, DepositRef Deposit) : AccountIntent;

    public sealed record PostFee(string Period, PacketRef Packet, FeeKind Kind, Amount Amount) : AccountIntent;
}
