using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace TPWallet.Tests.Whole;

/// <summary>What a signer that has ended signed, as its store says.</summary>
internal static class SignerFacts
{
    public static async Task<IReadOnlyList<(string Leg, ulong Nonce)>> SignedAsync(string folder)
    {
        global::TPWallet.Signer.Store.SqliteNative.EnsureLoaded();
        var file = Directory.EnumerateFiles(folder, "*.db").Should().ContainSingle().Subject;
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "select leg, body from fact where kind = 'signed' order by n";
        await using var reader = await command.ExecuteReaderAsync();
        var signed = new List<(string, ulong)>();
        while (await reader.ReadAsync())
        {
            using var body = JsonDocument.Parse(reader.GetFieldValue<byte[]>(1));
            signed.Add((reader.GetString(0), body.RootElement.GetProperty("nonce").GetUInt64()));
        }

        return signed;
    }
}
