using System.Text.Json;
using Microsoft.Data.Sqlite;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Whole;

/// <summary>What a signer that has ended signed, as its store says.</summary>
internal static class SignerFacts
{
    /// <summary>In the order of signing, with the most that each may pay for a unit of gas.</summary>
    public static async Task<IReadOnlyList<(string Leg, ulong Nonce, UInt256 MaxFeePerGas)>> SignedAsync(string folder)
    {
        global::TPWallet.Signer.Store.SqliteNative.EnsureLoaded();
        var file = Path.Combine(folder, "store.db");
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "select leg, body from fact where kind = 'signed' order by n";
        await using var reader = await command.ExecuteReaderAsync();
        var signed = new List<(string, ulong, UInt256)>();
        while (await reader.ReadAsync())
        {
            using var body = JsonDocument.Parse(reader.GetFieldValue<byte[]>(1));
            var root = body.RootElement;
            signed.Add((reader.GetString(0), root.GetProperty("nonce").GetUInt64(), UInt256.Parse(root.GetProperty("terms").GetProperty("maxFeePerGas").GetString()!)));
        }

        return signed;
    }
}
