using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Personal;

/// <summary>
/// Which texts may be about a person, decided by a person: a new one fails here until somebody has said what it is. No command takes a display name, a memo or contact
/// data.
/// </summary>
public sealed class TextFieldTests
{
    /// <summary>What people say in their own words. Sealed before anything is decided: events, and what follows from them, hold a sealed text.</summary>
    private static readonly string[] _personal =
    [
        "AccountCommand.StopByOperator.Reason", "AccountEvent.OperatorStopped.Reason",
        "PacketCommand.Cancel.Reason", "PacketEvent.CloseWanted.Reason", "PacketEvent.LegCloseRequested.Reason",
        "LaneCommand.Close.Reason", "LaneEvent.CloseRequested.Reason", "CoinLaneEvent.CloseRequested.Reason",
        "AccountCommand.ReleaseLeg.Reason", "AccountEvent.LegReleased.Reason", "LegStage.Released.Reason",
        "CaseCommand.Review.Reason", "CaseReview.Reason", "CaseCommand.AttachTravelRule.Record", "CaseEvent.TravelRuleAttached.Record",
        "PacketOrigin.Network", "InvoiceContent.Description",
    ];

    /// <summary>Names that signatures bind: of members, devices, packets, legs, keys, rules and API keys. Pseudonyms; who is behind one is not kept here.</summary>
    private static readonly string[] _pseudonyms = ["Name"];

    /// <summary>
    /// What operators say of the deployment, not of an account: which chain or node is out of use and why, what they think of a contract. An erasure's reason stands here since it has to outlive the
    /// erasure; the command's doc, the CLI and operations.md say that it names no person.
    /// </summary>
    private static readonly string[] _operators =
    [
        "AccountCommand.ErasePersonal.Because", "AccountEvent.PersonalErased.Because",
        "DappCommand.RecordIncident.Reason", "DappCommand.Withdraw.Reason", "DappEvent.IncidentRecorded.Reason", "DappEvent.Withdrawn.Reason", "DappOverride.Reason",
        "PeerCommand.Forgive.Because", "PeerCommand.Forgive.Operator", "PeerEvent.BadForgiven.Because", "PeerEvent.BadForgiven.Operator",
        "SupernodeCommand.Cordon.Operator", "SupernodeCommand.Cordon.Reason", "SupernodeCommand.Uncordon.Operator",
        "SupernodeCommand.Reinstate.Operator", "SupernodeCommand.Reinstate.Reason", "SupernodeEvent.Reinstated.Operator", "SupernodeEvent.Reinstated.Reason",
        "SupernodeEvent.Cordoned.Operator", "SupernodeEvent.Cordoned.Reason", "SupernodeEvent.Uncordoned.Operator",
        "TrackerCommand.Resume.Operator", "TrackerCommand.StopByOperator.Reason", "TrackerEvent.OperatorStopped.Reason", "TrackerEvent.Resumed.Operator",
    ];

    /// <summary>Public by nature: addresses, chains and assets, by their standards' texts.</summary>
    private static readonly string[] _public =
        ["Address.Value", "AllowedDestination.Destination", "AssetId.Value", "ChainId.Value", "PartyFacts.Party", "RiskMovement.Party", "VerdictSubject.Parties"];

    /// <summary>Written by this product's code, or by a node: names of intents and events, what was expected and came. A sealed text in one stays sealed.</summary>
    private static readonly string[] _machine =
    [
        "AccountCommand.Acknowledge.Intent", "AccountCommand.FreezeByIncident.Reason", "AccountEvent.DeficitArose.Cause", "AccountEvent.FrozenByIncident.Reason", "AccountEvent.IntentEnded.Intent",
        "AccountEvent.OperatorFeePosted.Period", "BroadcastOutcome.Accepted.Nodes", "BroadcastOutcome.Unknown.Detail", "CoinCommand.RecordRefused.Intent", "CoinCommand.RecordSent.Intent",
        "CoinEvent.Handed.Intent", "CommandReply.Accepted.Events",
        "IncidentCommand.Raise.Detail", "IncidentEvent.Opened.Detail", "IncidentEvent.Recurred.Detail", "KeyCommand.Acknowledge.Intent", "LaneCommand.Acknowledge.Intent", "PacketCommand.Acknowledge.Intent", "Reason.Detail", "Reason.Step",
        "Rejection.Actual", "Rejection.Expected", "Rejection.Reasons",
        "ReviewQueueCommand.List.Case", "ReviewQueueCommand.Unlist.Case", "ReviewQueueEvent.Listed.Case", "ReviewQueueEvent.Unlisted.Case",
        "SignOutcome.NoAnswer.Detail", "SpecialEffect.Detail", "StateKey.Value",
        "SupernodeCommand.Quarantine.Fact", "SupernodeCommand.RecordCaughtUp.Fact", "SupernodeCommand.RecordStandstill.Fact",
        "SupernodeEvent.CaughtUp.Fact", "SupernodeEvent.Quarantined.Fact", "SupernodeEvent.StoodStill.Fact", "TrackerCommand.Acknowledge.Intent", "TrackerCommand.RecordStop.Reason",
        "TrackerEvent.Stopped.Reason", "WatchedCommand.Acknowledge.Intent",
    ];

    /// <summary>What signs webhooks: sealed as a person's words are, under a key of its own.</summary>
    private static readonly string[] _secrets =
        ["WebhookCommand.Add.Secret", "WebhookCommand.Rotate.Secret", "WebhookEvent.Added.Secret", "WebhookEvent.Rotated.Secret"];

    /// <summary>Where programs are told of an account, which types they want, and ids of events: of programs, not of persons. Docs and CLI say that an address holds no secret.</summary>
    private static readonly string[] _webhooks =
    [
        "WebhookAttempt.Concerns", "WebhookAttempt.Event", "WebhookAttempt.Problem", "WebhookAttempt.Subject", "WebhookAttempt.Type",
        "WebhookCommand.Add.Types", "WebhookCommand.Add.Url", "WebhookCommand.Resend.What", "WebhookCommand.Update.Types", "WebhookCommand.Update.Url",
        "WebhookEvent.Added.Types", "WebhookEvent.Added.Url", "WebhookEvent.Passed.Subject", "WebhookEvent.ResendWanted.What", "WebhookEvent.Tried.Subject",
        "WebhookEvent.Updated.Types", "WebhookEvent.Updated.Url", "WebhookNews.Subject", "WebhookPosted.Subject",
    ];

    /// <summary>A payee's signed text, its description in it: taken apart before anything is decided, and kept by nothing; its hash cannot be guessed from, as 16 random bytes stand in it.</summary>
    private static readonly string[] _taken = ["PaymentCommand.Begin.Invoice"];

    [Fact]
    public void Texts_OfAllCommandsEventsAndFacts_AreReviewed() =>
        TextFields.All().Should().BeEquivalentTo([.. _personal, .. _pseudonyms, .. _operators, .. _public, .. _machine, .. _secrets, .. _webhooks, .. _taken]);

    /// <summary>The commands by which a person's own words come in, each sealed by the shell.</summary>
    [Fact]
    public void Commands_WithAPersonsWords_AreSealedByTheShell() => typeof(ICommand).Assembly.GetTypes()
        .Where(type => typeof(IPersonalCommand).IsAssignableFrom(type) && type.IsClass).Select(FieldOf)
        .Should().BeEquivalentTo(_personal.Concat(_secrets)
            .Where(field => field.Contains("Command.", StringComparison.Ordinal) ? !IsInner(field) : field is "PacketOrigin.Network" or "InvoiceContent.Description"));

    private static string FieldOf(Type type) => type == typeof(PacketCommand.Propose) ? "PacketOrigin.Network"
        : type == typeof(InvoiceCommand.Create) ? "InvoiceContent.Description"
        : $"{type.DeclaringType!.Name}.{type.Name}."
        + (type == typeof(CaseCommand.AttachTravelRule) ? "Record" : type.DeclaringType == typeof(WebhookCommand) ? "Secret" : "Reason");

    /// <summary>A grain's own command, which carries what came in before.</summary>
    private static bool IsInner(string field) => typeof(ICommand).Assembly.GetTypes()
        .Any(type => typeof(IInnerCommand).IsAssignableFrom(type) && field == $"{type.DeclaringType?.Name}.{type.Name}.Reason");
}
