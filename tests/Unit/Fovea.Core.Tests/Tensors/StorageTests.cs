namespace Fovea.Core.Tests.Tensors;

[Collection(Serial.Name)]
public sealed class StorageTests
{
    public StorageTests() => Serial.CollectLeftovers();

    [Fact]
    public void The_last_share_gives_the_block_back()
    {
        long before = TensorMemory.LiveBlocks;
        var storage = new Storage(256);
        Assert.True(storage.IsExclusive);
        storage.Share();
        Assert.False(storage.IsExclusive);
        storage.Release();
        Assert.Equal(before + 1, TensorMemory.LiveBlocks);
        storage.Release();
        Assert.Equal(before, TensorMemory.LiveBlocks);
    }

    [Fact]
    public void A_block_that_was_given_back_cannot_be_shared_again()
    {
        var storage = new Storage(256);
        storage.Release();
        Assert.Throws<ObjectDisposedException>(storage.Share);
        Assert.Throws<ObjectDisposedException>(storage.Share);
        Assert.Throws<ObjectDisposedException>(() => storage.AsSpan<byte>(1).Length);
    }

    [Fact]
    public void Shares_of_many_threads_are_all_counted()
    {
        long before = TensorMemory.LiveBlocks;
        var storage = new Storage(256);
        Parallel.For(0, 10_000, _ => storage.Share().Release());
        Assert.True(storage.IsExclusive);
        storage.Release();
        Assert.Equal(before, TensorMemory.LiveBlocks);
    }

    [Fact]
    public void A_reshape_shares_the_block_and_keeps_it_alive()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor x = Tensor.From([1f, 2, 3, 4], [2, 2]);
        Tensor y = x.Reshape(4);
        x.AsSpan<float>()[0] = 9;
        x.Dispose();
        Assert.Equal([9, 2, 3, 4], y.ToArray<float>());
    }
}
