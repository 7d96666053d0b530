using System.CommandLine;
using TPWallet.Client.Devices;

namespace TPWallet.Client.Cli;

/// <summary>tpw freeze: any one member stops new spending at once.</summary>
internal static class FreezeCommand
{
    public static Command Create()
    {
        var account = Session.AccountArgument();
        var (member, device) = (DeviceCommands.Member, DeviceCommands.Device);
        return new Command("freeze", "Freezes an account by one member's vote. Unfreezing takes the quorum: tpw change propose --unfreeze.") { account, member, device }
            .Runs(async (session, cancellationToken) =>
            {
                var wallet = await session.WalletAsync(cancellationToken);
                var trusted = await Session.TrustAsync(wallet, session.Get(account), cancellationToken);
                var voter = await session.VoterAsync(session.Get(member), session.Get(device), cancellationToken);
                using var key = voter.Key;
                var vote = new VoteBuilder(trusted, TimeProvider.System).Freeze(voter).OrThrow();
                return session.Report.Reply(await wallet.FreezeAsync(session.Key, session.Get(account), vote, cancellationToken), session.Key);
            });
    }
}
