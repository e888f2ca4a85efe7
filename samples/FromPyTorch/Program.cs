// The right-hand side of docs/guides/from-pytorch.md, held to the left-hand side: pytorch.pth has the weights, inputs and results of the page's
// PyTorch modules (pytorch.py made it). The weights go in by their names; the results are the same, and so are those of the catalogue's mechanisms.
using Fovea.Attention;
using Fovea.Io;
using Fovea.Training;
using FromPyTorch;

const double Tolerance = 1e-5;

using TensorScope scope = TensorScope.Begin();
PyTorchFile pytorch = PyTorchFile.Read(Path.Combine(AppContext.BaseDirectory, "pytorch.pth"));
int wrong = 0;
Compare(new SELayer(16), new SqueezeExcitation(16));
Compare(new CBAM(16), new Cbam(16), ("fc", "channel.fc"), ("conv.", "spatial.conv."));
Compare(new NonLocalBlock(16), new NonLocal(16));
Compare(new PAM(16), new PositionAttention(16));
Compare(new CAM(), new ChannelRelationAttention(16));
Compare(new CrissCross(16), new CrissCrossAttention(16) { Recurrence = 1 });
Compare(new AttentionBlock(8, 16, 4), new AttentionGate(8, 16, 4));
Module up = new UpBlock(32, 16);
Compare(up, null);
Compare(
    new ViT(16, 4, 32, 2, 4, 10), new VisionTransformer(16, 16, 10, 32, 4) { PatchHeight = 4, PatchWidth = 4, Depth = 2 },
    ("patches", "patch_embed.proj"), ("cls", "cls_token"), ("pos", "pos_embed"), ("self_attn.in_proj_", "attn.qkv."), ("self_attn.out_proj", "attn.proj"),
    ("linear", "mlp.fc"));

string folder = Directory.CreateTempSubdirectory("from-pytorch").FullName;
using (var adam = new Adam(ParameterGroup.Of(up.Train())))
{
    up.Call(Inputs("UpBlock")).Square().Mean().Backward();
    adam.Step();
    up.ClearGrads();
    Weights.SaveAndLoad(up, folder);
    Weights.Resume(up, adam, folder);
}

Console.WriteLine($"weights: {string.Join(", ", Directory.GetFiles(folder).Select(Path.GetFileName).Order())}");
Directory.Delete(folder, recursive: true);

Tensor x = Inputs("SELayer")[0];
Module layers = new Sequential([("conv", new Sequential(new Conv2d(16, 8, 3), new ReLU()))]);
(Tensor seen, Tensor gradient) = Hooks.Look(layers, x);
Console.WriteLine($"hooks: {seen.Shape}, gradient {gradient.Shape}, without the layer {Hooks.Without(layers, layers.Children[0].Value, x).Abs().Max().Item()}");

double loss = Words.Tensors(x, Tensor.From([3L, 5]), x.Greater(0));
Console.WriteLine($"words: {Words.Modules(layers, x).Shape}, {(double.IsFinite(loss) ? "finite" : "not finite")}");
return wrong;

Tensor[] Inputs(string name) => [.. pytorch.Tensors.Where(t => t.Key.StartsWith($"{name}.input")).OrderBy(t => t.Key).Select(t => t.Value)];

// Both with PyTorch's weights against PyTorch's result; names say how the catalogue calls what the page calls otherwise.
void Compare(Module port, Module? catalogue, params (string Here, string There)[] names)
{
    string name = port.GetType().Name;
    IReadOnlyDictionary<string, Tensor> state = pytorch.StateDict($"{name}.state");
    StateDict.Load(port, state);
    string said = $"{name}: {Judge(name, port)}";
    if (catalogue is not null)
    {
        StateDict.Load(catalogue, state.ToDictionary(t => names.Aggregate(t.Key, (key, n) => key.Replace(n.Here, n.There)), t => t.Value));
        said += $"; {catalogue.GetType().Name}: {Judge(name, catalogue)}";
    }

    Console.WriteLine(said);
}

string Judge(string name, Module module)
{
    Tensor expected = pytorch.Tensors[$"{name}.output"];
    double difference = (module.Eval().Call(Inputs(name)) - expected).Abs().Max().Item() / expected.Abs().Max().Item();
    wrong += difference <= Tolerance ? 0 : 1;
    return $"{(difference <= Tolerance ? "as PyTorch" : "NOT as PyTorch")}, within {difference:G1} of the largest number";
}
