namespace TPWallet.Grains.Interfaces.Rest;

/// <summary>
/// Stable names of the operations that change something. They are hashed into command ids, so a changed name makes an old key mean a new command:
/// append only.
/// </summary>
public static class Operations
{
    public const string RegisterAccount = "register-account";
    public const string RequestKey = "request-key";
    public const string ProposeChange = "propose-change";
    public const string VoteOnChange = "vote-on-change";
    public const string Freeze = "freeze";
    public const string DraftPacket = "draft-packet";
    public const string ProposePacket = "propose-packet";
    public const string CastVote = "cast-vote";
    public const string CancelPacket = "cancel-packet";
    public const string StopAccount = "stop-account";
    public const string ResumeAccount = "resume-account";
    public const string StopChain = "stop-chain";
    public const string ResumeChain = "resume-chain";
    public const string ResumeChainFrom = "resume-chain-from";
    public const string CordonNode = "cordon-node";
    public const string UncordonNode = "uncordon-node";
    public const string ReinstateNode = "reinstate-node";
    public const string ForgivePeer = "forgive-peer";
    public const string EraseAccount = "erase-account";
    public const string ReviewCase = "review-case";
    public const string AddWebhook = "add-webhook";
    public const string UpdateWebhook = "update-webhook";
    public const string RemoveWebhook = "remove-webhook";
    public const string RotateWebhook = "rotate-webhook";
    public const string TryWebhook = "try-webhook";
    public const string ResendWebhook = "resend-webhook";
    public const string RecordVerdict = "record-verdict";
    public const string OpenChannel = "open-channel";
    public const string PayChannel = "pay-channel";
    public const string OfferLock = "offer-lock";
    public const string FulfilLock = "fulfil-lock";
    public const string FailLock = "fail-lock";
    public const string EndChannel = "end-channel";
    public const string CloseChannel = "close-channel";
    public const string WithdrawChannel = "withdraw-channel";
    public const string LookAtChannel = "look-at-channel";
    public const string SetChannelTower = "set-channel-tower";
    public const string SetChannelPublic = "set-channel-public";
    public const string OpenCoinChannel = "open-coin-channel";
    public const string FundCoinChannel = "fund-coin-channel";
    public const string UpdateCoinChannel = "update-coin-channel";
    public const string EndCoinChannel = "end-coin-channel";
    public const string CloseCoinChannel = "close-coin-channel";
    public const string LookAtCoinChannel = "look-at-coin-channel";
    public const string CreateInvoice = "create-invoice";
    public const string CancelInvoice = "cancel-invoice";
    public const string BeginPayment = "begin-payment";
    public const string StopPayment = "stop-payment";
    public const string RecordDappAudit = "record-dapp-audit";
    public const string RecordDappSource = "record-dapp-source";
    public const string WithdrawFromDapp = "withdraw-from-dapp";
    public const string RecordDappHolders = "record-dapp-holders";
    public const string RecordDappIncident = "record-dapp-incident";
    public const string OverrideDapp = "override-dapp";
    public const string EndDappOverride = "end-dapp-override";
    public const string LookAtDapp = "look-at-dapp";
    public const string AcknowledgeIncident = "acknowledge-incident";
    public const string EscalateIncident = "escalate-incident";
    public const string ResolveIncident = "resolve-incident";
}
