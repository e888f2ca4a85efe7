using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Fovea.Simd.Memory;

namespace Fovea.Simd.Tests.Memory;

public sealed class AlignedBlockTests
{
    [Theory]
    [InlineData(0, 64)]
    [InlineData(1000, 64)]
    [InlineData((1 << 21) - 1, 64)]
    [InlineData(1 << 21, 1 << 21)]
    [InlineData((3 << 21) + 12345, 1 << 21)]
    public void Blocks_begin_at_a_cache_line_and_large_ones_at_a_large_page(int bytes, long alignment)
    {
        using var block = new AlignedBlock(bytes);
        Span<byte> content = block.AsSpan<byte>(bytes);
        long at = Unsafe.ByteOffset(ref Unsafe.NullRef<byte>(), ref MemoryMarshal.GetReference(content));
        Assert.Equal(0, at % alignment);
        content.Fill(7);
        Assert.Equal(bytes, content.Count((byte)7));
    }

    [Theory]
    [InlineData(1L << 55)]
    [InlineData(long.MaxValue)]
    public void What_the_system_does_not_have_is_refused_with_what_was_asked_for(long bytes)
    {
        var error = Assert.Throws<NativeMemoryException>(() => BlockPool.Rent(bytes));
        Assert.InRange(error.RequestedBytes, bytes, long.MaxValue);
        Assert.True(error.InUseBytes >= 0);
        Assert.StartsWith("Memory: expected room for ", error.Message, StringComparison.Ordinal);
    }
}
