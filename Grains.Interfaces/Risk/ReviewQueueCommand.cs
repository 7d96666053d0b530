using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Risk;

/// <summary>What cases tell the queue of reviewers. One queue for a tenant, key <see cref="Key"/>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(List), "list")]
[JsonDerivedType(typeof(Unlist), "unlist")]
[JsonDerivedType(typeof(Tick), "tick")]
[GenerateSerializer, Immutable, Alias("tpw.review-queue-command")]
public abstract record ReviewQueueCommand : IInnerCommand
{
    /// <summary>The grain key of the tenant's queue.</summary>
    public const string Key = "waiting";

    private ReviewQueueCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the sender, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>A case waits for reviewers.</summary>
    /// <param name="Case">Its key.</param>
    [GenerateSerializer, Immutable, Alias("tpw.review-queue-command.list")]
    public sealed record List(Guid CommandId, string Case) : ReviewQueueCommand(CommandId);

    /// <summary>It waits no more.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.review-queue-command.unlist")]
    public sealed record Unlist(Guid CommandId, string Case) : ReviewQueueCommand(CommandId);

    /// <summary>Time has come: it never does.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.review-queue-command.tick")]
    public sealed record Tick(Guid CommandId) : ReviewQueueCommand(CommandId);
}

/// <summary>A page of keys of cases that wait, in order.</summary>
/// <param name="Next">Where the next page begins; null: this was the last.</param>
[GenerateSerializer, Immutable, Alias("tpw.review-queue-page")]
public sealed record ReviewQueuePage(ImmutableArray<string> Cases, string? Next)
{
    /// <summary>Most of one page.</summary>
    public const int Max = 50;
}
