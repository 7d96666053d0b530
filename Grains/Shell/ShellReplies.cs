using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Shell;

/// <summary>Answers that the shell gives by itself, whatever the machine.</summary>
internal static class ShellReplies
{
    /// <summary>The answer that an accepted command had, or that its id came with other content.</summary>
    public static CommandReply Known(RememberedCommand known, Bytes32 fingerprint) =>
        known.Fingerprint == fingerprint ? known.Reply : Mismatch();

    public static CommandReply.Refused Mismatch() =>
        Refused(RejectionCode.IdempotencyMismatch, "the content that this command id first came with", "other content");

    public static CommandReply.Refused Refused(RejectionCode code, string expected, string actual) => new(new(code, expected, actual));

    public static Task<CommandReply> Answered(CommandReply reply) => Task.FromResult(reply);
}
