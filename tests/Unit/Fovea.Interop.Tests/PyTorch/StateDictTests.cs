using Fovea.Io;
using Fovea.Testing;
using static Fovea.Interop.Tests.PyTorch.Pth;

namespace Fovea.Interop.Tests.PyTorch;

/// <summary>Finding the weights in what people save around them.</summary>
public sealed class StateDictTests
{
    [Theory]
    [InlineData("w", "T")]
    [InlineData("w", "state_dict:{w:T}", "epoch:N")]
    [InlineData("w", "model:{w:T}", "ema:{w:T}", "optimizer:{state:{}}")]
    [InlineData("w", "model_state_dict:{w:T}", "rng:{cpu:T}")]
    [InlineData("w", "net:{w:T}", "epoch:N")]
    [InlineData("w", "model:{state_dict:{w:T}}", "args:{}")]
    [InlineData("w", "state_dict:{module.w:T}")]
    [InlineData("w", "state_dict:{_orig_mod.module.w:T}")]
    [InlineData("module.w,v", "state_dict:{module.w:T,v:T}")]
    [InlineData("w", "epoch:N", "w:T")]
    [InlineData("w", "state_dict:{w:T,m._extra_state:N}")]
    [InlineData("w", "state_dict:{w:T}", "model:{v:T}")]
    [InlineData("w", "epoch:N", "state:{model:{w:T},optimizer:{v:T}}")]
    [InlineData("w", "net:{w:T}", "rng:{cpu:T}")]
    [InlineData("w", "net:{w:T}", "meta:{statistics:{mean:T}}")]
    [InlineData("f.0.w,f.1.w,c.w", "state_dict:{f.module.0.w:T,f.module.1.w:T,c.w:T}")]
    [InlineData("f.w,g.module.w,g.v", "state_dict:{module.f._orig_mod.w:T,module.g.module.w:T,module.g.v:T}")]
    [InlineData("w,n.w", "state_dict:{n_averaged:T,module.w:T,module.n.w:T}")]
    [InlineData("module", "state_dict:{module:T}")]
    public void The_one_that_the_file_is_about_is_found(string names, params string[] root)
    {
        using var scope = TensorScope.Begin();
        string text = root is ["T"] ? "{w:T}" : $"{{{string.Join(',', root)}}}";
        Assert.Equal(names.Split(','), Parse(text).StateDict().Keys);
    }

    [Theory]
    [InlineData("holds 2 state dicts: 'generator' (1 tensors), 'discriminator' (2 tensors); say which one by its key", "{generator:{w:T},discriminator:{w:T,v:T}}")]
    [InlineData("holds 2 state dicts: 'a.encoder' (1 tensors), 'a.decoder' (1 tensors)", "{a:{encoder:{w:T},decoder:{w:T}}}")]
    [InlineData("holds no dict of tensors; it holds a dict of 'epoch': None, 'a': dict", "{epoch:N,a:{epoch:N}}")]
    [InlineData("holds no dict of tensors; it holds an empty dict", "{}")]
    [InlineData("holds no dict of tensors; it holds a Tensor", "T")]
    public void Nothing_is_guessed(string message, string root)
    {
        using var scope = TensorScope.Begin();
        PyTorchFile file = Parse(root);
        Assert.Contains(message, Assert.Throws<PickleException>(() => file.StateDict()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_chooses_and_dots_lead_in()
    {
        using var scope = TensorScope.Begin();
        PyTorchFile file = Parse("{model:{w:T},ema:{state_dict:{module.v:T}},a.b:{u:T},epoch:N}");
        Assert.Equal(["w"], file.StateDict("model").Keys);
        Assert.Equal(["v"], file.StateDict("ema.state_dict").Keys);
        Assert.Equal(["u"], file.StateDict("a.b").Keys);
        Assert.Contains("there is no 'emma' in the file; it holds a dict of 'model': dict, 'ema': dict",
            Assert.Throws<PickleException>(() => file.StateDict("emma")).Message, StringComparison.Ordinal);
        Assert.Contains("'epoch' is not a dict of tensors, but a None", Assert.Throws<PickleException>(() => file.StateDict("epoch")).Message, StringComparison.Ordinal);
        Assert.Equal(["v"], file.StateDict("ema").Keys);
        Assert.Contains("there is no 'ema.x' in the file", Assert.Throws<PickleException>(() => file.StateDict("ema.x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_choice_the_alternatives_and_what_is_left_aside_are_named()
    {
        using var scope = TensorScope.Begin();
        PyTorchState state = Parse("{epoch:N,ema:{v:T},state:{model:{w:T,m._extra_state:N},step:N},optimizer:{x:T}}").FindState();
        Assert.Equal("state.model", state.Key);
        Assert.Equal(["ema"], state.Alternatives);
        Assert.Equal(["epoch (None)", "optimizer (dict)", "step (None)", "m._extra_state (None)"], state.LeftAside.Select(l => l.Replace("state.", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void Paths_that_collide_are_an_error()
    {
        using var scope = TensorScope.Begin();
        PyTorchFile file = Parse("{a.b:T,a:{b:T}}");
        Assert.Contains("two tensors have the path 'a.b'", Assert.Throws<PickleException>(() => file.Tensors).Message, StringComparison.Ordinal);
        Assert.Equal(["b"], file.StateDict("a").Keys);
    }

    [Fact]
    public void Real_files_with_two_models_need_a_key()
    {
        using var scope = TensorScope.Begin();
        PyTorchFile file = PyTorchFile.Read(Repository.Golden("pth", "two.pth"));
        Assert.Throws<PickleException>(() => file.StateDict());
        Assert.Equal([3], file.StateDict("discriminator")["w"].Shape);
    }

    // {key:value,…}, T a tensor, N None, as a pickle.
    private static PyTorchFile Parse(string text)
    {
        int at = 0;
        string pickle = $"{Start}{Value()}.";
        return Read(Zip(pickle));

        string Value()
        {
            if (text[at] != '{')
            {
                return text[at++] == 'T' ? Tensor() : "N";
            }

            string dict = "}";
            for (at++; text[at] != '}'; at += text[at] == ',' ? 1 : 0)
            {
                int colon = text.IndexOf(':', at);
                string key = text[at..colon];
                at = colon + 1;
                dict += $"{Text(key)}{Value()}s";
            }

            at++;
            return dict;
        }
    }
}
