using System.CommandLine;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw key: signing keys in the signer.</summary>
internal static class KeyCommands
{
    public static Command Create()
    {
        var account = Session.AccountArgument();
        var name = Session.NameArgument("name", "Name of the key.");
        var chain = Session.Required<ChainId>("--chain", "Chain such as eip155:1.");
        var tier = new Option<Tier>("--tier") { Description = "Hot, Warm or Cold.", DefaultValueFactory = _ => Tier.Hot };
        tier.AcceptOnlyFromAmong(Enum.GetNames<Tier>());
        return new Command("key", "Signing keys of an account.")
        {
            new Command("new", "Asks the signer for a key; its attested address appears in `tpw account show`.") { account, name, chain, tier }
                .Runs(async (session, cancellationToken) =>
                {
                    var wallet = await session.WalletAsync(cancellationToken);
                    var reply = await wallet.RequestKeyAsync(
                        session.Key, session.Get(account), session.Get(name), session.Get(chain), session.Get(tier), cancellationToken);
                    return session.Report.Reply(reply, session.Key, ("key", $"{session.Get(name)}"));
                }),
        };
    }
}
