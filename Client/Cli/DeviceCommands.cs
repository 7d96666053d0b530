using System.CommandLine;
using TPWallet.Client.Devices;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw device: keys of this machine's members, each in a file under the transaction password.</summary>
internal static class DeviceCommands
{
    public static Option<Name> Member => Session.Required<Name>("--member", "The member whose device it is.");

    public static Option<Name> Device => Session.Required<Name>("--device", "The device's name in the roster.");

    public static Command Create()
    {
        var (member, device) = (Member, Device);
        var scheme = new Option<SignatureScheme>("--scheme") { Description = "Secp256k1, P256 or Ed25519.", DefaultValueFactory = _ => SignatureScheme.P256 };
        scheme.AcceptOnlyFromAmong(nameof(SignatureScheme.Secp256k1), nameof(SignatureScheme.P256), nameof(SignatureScheme.Ed25519));
        return new Command("device", "Device keys on this machine.")
        {
            new Command("new", "Makes a device key, encrypted under the transaction password.") { member, device, scheme }
                .Runs(async (session, cancellationToken) =>
                {
                    var (who, which) = (session.Get(member), session.Get(device));
                    using var key = DeviceKey.Create(session.Get(scheme));
                    var password = await session.PasswordAsync("New transaction password", confirm: true, cancellationToken);
                    var path = session.DevicePath(who, which);
                    await Session.WriteNewAsync(path, key.ToKeyFile(password), cancellationToken);
                    return session.Report.Done(
                        ("member", $"{who}"), ("device", $"{which}"), ("scheme", $"{key.Scheme}"), ("publicKey", $"{key.PublicKey}"), ("file", path));
                }),
        };
    }
}
