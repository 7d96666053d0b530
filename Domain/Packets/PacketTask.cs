using System.Globalization;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Packets;

/// <summary>What a packet owes, by its data; the effect is made from it (PacketDecider.Owed). Append only: snapshots hold it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "task")]
[JsonDerivedType(typeof(Simulate), "simulate")]
[JsonDerivedType(typeof(Assess), "assess")]
[JsonDerivedType(typeof(Announce), "announce")]
[JsonDerivedType(typeof(Reserve), "reserve")]
[JsonDerivedType(typeof(Submit), "submit")]
[JsonDerivedType(typeof(Send), "send")]
[JsonDerivedType(typeof(Offer), "offer")]
[JsonDerivedType(typeof(SendGroup), "send-group")]
[JsonDerivedType(typeof(Close), "close")]
[JsonDerivedType(typeof(Post), "post")]
[JsonDerivedType(typeof(Unpost), "unpost")]
[JsonDerivedType(typeof(Release), "release")]
[JsonDerivedType(typeof(Unrelease), "unrelease")]
[JsonDerivedType(typeof(LookUp), "look-up")]
[JsonDerivedType(typeof(Hold), "hold")]
[JsonDerivedType(typeof(Score), "score")]
[JsonDerivedType(typeof(OpenCase), "open-case")]
[JsonDerivedType(typeof(CloseCase), "close-case")]
[JsonDerivedType(typeof(Pay), "pay")]
[JsonDerivedType(typeof(PostPayment), "post-payment")]
public abstract record PacketTask
{
    private PacketTask()
    {
    }

    /// <summary>Tasks of one leg are done one after the other; those of the packet itself (null) as well.</summary>
    [JsonIgnore]
    public Name? Of => this switch
    {
        Submit task => task.Leg,
        Send task => task.Leg,
        Offer task => task.Leg,
        Close task => task.Leg,
        Post task => task.Leg,
        Unpost task => task.Leg,
        Release task => task.Leg,
        Unrelease task => task.Leg,
        LookUp task => task.Leg,
        Hold task => task.Leg,
        Pay task => task.Leg,
        PostPayment task => task.Leg,
        _ => (Name?)null,
    };

    /// <summary>Whether the packet is not over before it is done.</summary>
    [JsonIgnore]
    public bool IsOfLegs => this is SendGroup || Of is not null;

    /// <summary>True for what only looks or announces: it can be dropped when nobody waits for it.</summary>
    [JsonIgnore]
    public bool IsDroppable => this is Simulate or Score or Assess or Announce;

    /// <summary>Of a case: owed also by a packet that was drafted anew or is over.</summary>
    [JsonIgnore]
    public bool IsOfCase => this is OpenCase or CloseCase;

    public sealed record Simulate : PacketTask;

    public sealed record Assess : PacketTask;

    public sealed record Announce : PacketTask;

    public sealed record Reserve : PacketTask;

    public sealed record Submit(Name Leg) : PacketTask;

    public sealed record Send(Name Leg) : PacketTask;

    public sealed record Offer(Name Leg) : PacketTask;

    /// <summary>The legs of an atomic group, all at once.</summary>
    public sealed record SendGroup(Name Group) : PacketTask;

    public sealed record Close(Name Leg, string Reason) : PacketTask;

    public sealed record Post(Name Leg, Inclusion Inclusion) : PacketTask;

    public sealed record Unpost(Name Leg, Bytes32 LostBlock) : PacketTask;

    public sealed record Release(Name Leg, UInt256 FeePaid, string Reason, Inclusion? By) : PacketTask;

    public sealed record Unrelease(Name Leg, Bytes32 LostBlock) : PacketTask;

    /// <summary>Asks the lane whether it knows the leg.</summary>
    public sealed record LookUp(Name Leg) : PacketTask;

    /// <summary>The account holds what a leg takes that the signer signed and the restored journal forgot.</summary>
    public sealed record Hold(Name Leg) : PacketTask;

    /// <summary>Asks the account's risk profile.</summary>
    public sealed record Score : PacketTask;

    /// <param name="Proposer">He reviews nothing of it.</param>
    public sealed record OpenCase(long Case, Name Proposer, PacketScore Taken) : PacketTask;

    public sealed record CloseCase(long Case) : PacketTask;

    /// <summary>Has the payment of a leg over channels begin.</summary>
    public sealed record Pay(Name Leg) : PacketTask;

    /// <summary>The account counts what was paid over channels.</summary>
    /// <param name="Spent">With the fees of those on the way; base units.</param>
    public sealed record PostPayment(Name Leg, UInt256 Spent) : PacketTask;

    /// <summary>The intent's name: it makes command ids, so it never changes. The number comes first: order by name is order of age.</summary>
    internal static string Intent(long number, PacketTask task) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:D12}/{task.GetType().Name.ToLowerInvariant()}");

    /// <summary>The number in an intent's name; 0, which no task has, for anything else.</summary>
    internal static long Number(string intent) =>
        intent.Length > 12 && intent[12] == '/'
        && long.TryParse(intent.AsSpan(0, 12), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;
}
