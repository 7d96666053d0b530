using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Ledger;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Grains.Interfaces;

/// <summary>
/// The one JSON form of every contract: REST, signer, journal payload parts and canonical hashes. Unknown fields, missing
/// parameters, nulls and comments are refused; property order is declaration order, no white space, nothing computed: so one value has one text.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    MaxDepth = 32)]
[JsonSerializable(typeof(CommandReply))]
[JsonSerializable(typeof(Rejection))]
[JsonSerializable(typeof(Genesis))]
[JsonSerializable(typeof(Roster))]
[JsonSerializable(typeof(Policy))]
[JsonSerializable(typeof(ChangeProposal))]
[JsonSerializable(typeof(EnactedChange))]
[JsonSerializable(typeof(AccountCommand))]
[JsonSerializable(typeof(AccountView))]
[JsonSerializable(typeof(AccountLineage))]
[JsonSerializable(typeof(Assessment))]
[JsonSerializable(typeof(Vote))]
[JsonSerializable(typeof(VoteContent))]
[JsonSerializable(typeof(PacketContent))]
[JsonSerializable(typeof(EffectBounds))]
[JsonSerializable(typeof(PacketAuthorisation))]
[JsonSerializable(typeof(PacketCommand))]
[JsonSerializable(typeof(PacketView))]
[JsonSerializable(typeof(SignRequest))]
[JsonSerializable(typeof(SignOutcome))]
[JsonSerializable(typeof(CreateKeyRequest))]
[JsonSerializable(typeof(AnnounceRequest))]
[JsonSerializable(typeof(KeyAttestation))]
[JsonSerializable(typeof(Announcement))]
[JsonSerializable(typeof(SignerIdentity))]
[JsonSerializable(typeof(SignedQuery))]
[JsonSerializable(typeof(SignedPage))]
[JsonSerializable(typeof(KeyCommand))]
[JsonSerializable(typeof(KeyView))]
[JsonSerializable(typeof(LaneCommand))]
[JsonSerializable(typeof(LaneView))]
[JsonSerializable(typeof(WatchedCommand))]
[JsonSerializable(typeof(WatchedView))]
[JsonSerializable(typeof(TrackerCommand))]
[JsonSerializable(typeof(ChainProfile))]
[JsonSerializable(typeof(ChainView))]
[JsonSerializable(typeof(FeesView))]
[JsonSerializable(typeof(SupernodeCommand))]
[JsonSerializable(typeof(NodeView))]
[JsonSerializable(typeof(NodeEvidence))]
[JsonSerializable(typeof(ChainService))]
[JsonSerializable(typeof(RevenueCommand))]
[JsonSerializable(typeof(RevenueView))]
[JsonSerializable(typeof(EvidencePack))]
[JsonSerializable(typeof(RiskPolicy))]
[JsonSerializable(typeof(RiskPayment))]
[JsonSerializable(typeof(RiskScore))]
[JsonSerializable(typeof(RiskProfileCommand))]
[JsonSerializable(typeof(RiskProfileView))]
[JsonSerializable(typeof(IncidentCommand))]
[JsonSerializable(typeof(IncidentView))]
[JsonSerializable(typeof(CaseCommand))]
[JsonSerializable(typeof(CaseView))]
[JsonSerializable(typeof(HeldPayments))]
[JsonSerializable(typeof(HeldDeposits))]
[JsonSerializable(typeof(WaitingCases))]
[JsonSerializable(typeof(VerdictSubject))]
[JsonSerializable(typeof(VerdictQuestion))]
[JsonSerializable(typeof(WantedVerdicts))]
[JsonSerializable(typeof(ReviewQueueCommand))]
[JsonSerializable(typeof(ReviewQueueCommand.Tick), TypeInfoPropertyName = "ReviewQueueCommandTick")]
[JsonSerializable(typeof(WebhookCommand))]
[JsonSerializable(typeof(WebhooksView))]
[JsonSerializable(typeof(WebhookView))]
[JsonSerializable(typeof(DeliveryPage))]
[JsonSerializable(typeof(DeadLetterPage))]
[JsonSerializable(typeof(WebhookCommand.Tick), TypeInfoPropertyName = "WebhookCommandTick")]
[JsonSerializable(typeof(IncidentCommand.Acknowledge), TypeInfoPropertyName = "IncidentCommandAcknowledge")]
[JsonSerializable(typeof(IncidentCommand.Tick), TypeInfoPropertyName = "IncidentCommandTick")]
[JsonSerializable(typeof(CaseCommand.Tick), TypeInfoPropertyName = "CaseCommandTick")]
[JsonSerializable(typeof(CaseCommand.Close), TypeInfoPropertyName = "CaseCommandClose")]
[JsonSerializable(typeof(CommandReply.Accepted), TypeInfoPropertyName = "CommandReplyAccepted")]
[JsonSerializable(typeof(LaneCommand.Recover), TypeInfoPropertyName = "LaneCommandRecover")]
[JsonSerializable(typeof(PacketCommand.Recover), TypeInfoPropertyName = "PacketCommandRecover")]
[JsonSerializable(typeof(BroadcastOutcome.Accepted), TypeInfoPropertyName = "BroadcastOutcomeAccepted")]
[JsonSerializable(typeof(LegProgress.Final), TypeInfoPropertyName = "LegProgressFinal")]
[JsonSerializable(typeof(WatchReport.Final), TypeInfoPropertyName = "WatchReportFinal")]
[JsonSerializable(typeof(LegProgress.Mined), TypeInfoPropertyName = "LegProgressMined")]
[JsonSerializable(typeof(WatchReport.Mined), TypeInfoPropertyName = "WatchReportMined")]
[JsonSerializable(typeof(CommandReply.Refused), TypeInfoPropertyName = "CommandReplyRefused")]
[JsonSerializable(typeof(LegProgress.Refused), TypeInfoPropertyName = "LegProgressRefused")]
[JsonSerializable(typeof(SignOutcome.Refused), TypeInfoPropertyName = "SignOutcomeRefused")]
[JsonSerializable(typeof(BroadcastOutcome.Refused), TypeInfoPropertyName = "BroadcastOutcomeRefused")]
[JsonSerializable(typeof(SupernodeCommand.Register), TypeInfoPropertyName = "SupernodeCommandRegister")]
[JsonSerializable(typeof(AccountCommand.Register), TypeInfoPropertyName = "AccountCommandRegister")]
[JsonSerializable(typeof(LegProgress.Signed), TypeInfoPropertyName = "LegProgressSigned")]
[JsonSerializable(typeof(SignOutcome.Signed), TypeInfoPropertyName = "SignOutcomeSigned")]
[JsonSerializable(typeof(PacketCommand.Tick), TypeInfoPropertyName = "PacketCommandTick")]
[JsonSerializable(typeof(WatchedCommand.Tick), TypeInfoPropertyName = "WatchedCommandTick")]
[JsonSerializable(typeof(LaneCommand.Tick), TypeInfoPropertyName = "LaneCommandTick")]
[JsonSerializable(typeof(AccountCommand.Tick), TypeInfoPropertyName = "AccountCommandTick")]
[JsonSerializable(typeof(LegProgress.Unmined), TypeInfoPropertyName = "LegProgressUnmined")]
[JsonSerializable(typeof(WatchReport.Unmined), TypeInfoPropertyName = "WatchReportUnmined")]
[JsonSerializable(typeof(AccountCommand.Acknowledge), TypeInfoPropertyName = "AccountCommandAcknowledge")]
[JsonSerializable(typeof(PacketCommand.Acknowledge), TypeInfoPropertyName = "PacketCommandAcknowledge")]
[JsonSerializable(typeof(LaneCommand.Acknowledge), TypeInfoPropertyName = "LaneCommandAcknowledge")]
[JsonSerializable(typeof(WatchedCommand.Acknowledge), TypeInfoPropertyName = "WatchedCommandAcknowledge")]
[JsonSerializable(typeof(KeyCommand.Acknowledge), TypeInfoPropertyName = "KeyCommandAcknowledge")]
[JsonSerializable(typeof(TrackerCommand.Resume), TypeInfoPropertyName = "TrackerCommandResume")]
[JsonSerializable(typeof(LaneCommand.Resume), TypeInfoPropertyName = "LaneCommandResume")]
[JsonSerializable(typeof(AccountCommand.StopByOperator), TypeInfoPropertyName = "AccountCommandStopByOperator")]
[JsonSerializable(typeof(TrackerCommand.StopByOperator), TypeInfoPropertyName = "TrackerCommandStopByOperator")]
[JsonSerializable(typeof(AccountCommand.ResumeByOperator), TypeInfoPropertyName = "AccountCommandResumeByOperator")]
[JsonSerializable(typeof(TrackerCommand.ResumeByOperator), TypeInfoPropertyName = "TrackerCommandResumeByOperator")]
[JsonSerializable(typeof(AccountCommand.AdmitSpend), TypeInfoPropertyName = "AccountCommandAdmitSpend")]
[JsonSerializable(typeof(TrackerCommand.AdmitSpend), TypeInfoPropertyName = "TrackerCommandAdmitSpend")]
[JsonSerializable(typeof(TrackerCommand.Acknowledge), TypeInfoPropertyName = "TrackerCommandAcknowledge")]
public sealed partial class ContractJson : JsonSerializerContext;
