using Fovea.Io;

namespace Fovea.Core.Tests.Io;

/// <summary>Names that a file chose, in messages.</summary>
public sealed class ErrorTextTests
{
    [Theory]
    [InlineData("conv1.weight", "conv1.weight")]
    [InlineData("\u540d \U0001F600", "\u540d \U0001F600")]
    [InlineData("a\u001b[2J\n", "a\\u001B[2J\\u000A")]
    [InlineData("a\u202egnp", "a\\u202Egnp")]
    [InlineData("\u2028", "\\u2028")]
    public void What_cannot_be_seen_is_spelt_out(string name, string shown) => Assert.Equal(shown, ErrorText.Of(name));

    [Fact]
    public void Half_a_pair_is_spelt_out() => Assert.Equal("\\uD83Dx", ErrorText.Of("\ud83dx"));

    [Fact]
    public void A_name_of_megabytes_is_shown_by_its_beginning()
    {
        string name = new('n', 5_000_000);
        Assert.Equal(new string('n', 120) + "\u2026", ErrorText.Of(name));
        string header = $"{{\"{name}\":{{\"dtype\":\"F9\",\"shape\":[],\"data_offsets\":[0,0]}}}}";
        Assert.InRange(Assert.Throws<SafetensorsException>(() => SafetensorsFile.Read(SafetensorsBytes.Of(header))).Message.Length, 1, 400);
    }

    [Fact]
    public void A_header_costs_memory_in_proportion_to_its_size()
    {
        // Names that share a long beginning, empty tensors, deep brackets, large metadata.
        string prefix = new('p', 200);
        string many = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"{prefix}{i}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}"));
        string[] headers = [$"{{{many}}}", $"{{\"__metadata__\":{{\"a\":\"{new string('t', 4_000_000)}\"}}}}", $"{{\"x\":{new string('[', 4_000_000)}"];
        foreach (string header in headers)
        {
            byte[] file = SafetensorsBytes.Of(header);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var scope = TensorScope.Begin();
                SafetensorsFile.Read(file);
            }
            catch (SafetensorsException error)
            {
                Assert.InRange(error.Message.Length, 1, 400);
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8L * file.Length);
        }
    }
}
