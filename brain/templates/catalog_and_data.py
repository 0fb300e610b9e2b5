"""Requests that look before tuning."""

from __future__ import annotations

from templates.phrases import POLITE

ENGLISH: dict[str, list[str]] = {
    "find_models": [
        "[who|which ones|what] [in the catalog|in your catalog|of your models|there] [speaks|understands|reads|handles|supports] LANG",
        "[i want|i'd like|i need|we want] to [pull|extract|find|detect|classify|translate|sort|spot|summarise] [company names|entities|spam|sentiment|topics|complaints|articles|people]; what [would you take|do you suggest|should i use|is good]",
        f"{POLITE} [find|search for|look for|suggest|recommend|show|list|get|give] [me|us|] [a|some|the best|good|a small|small|a tiny|other|a few] [LANG|] [model|models|encoder|encoders|checkpoint|base models|pretrained models|pretrained model] [for|that can do|that does|to do|suited to|good at|for doing] TASK",
        "[which|what] [model|models|encoder|checkpoint|base model] [should i use|would you pick|is best|are there|do you have|fits|suits|works|is good|can handle|would suit|do you recommend] [for|to do|] TASK [in LANG|] [under SIZE|below SIZE|]",
        "[anything|something|a model|is there something|is there a model|do you have anything] [under|below|smaller than|less than|up to|at most|of at most|no bigger than] SIZE [that can|that does|for|to do|which does] TASK",
        "[is there|do you have|have you got|are there] [a|any|] [LANG|] [model|models|encoder] [for TASK|] [under SIZE|with a LICENSE licence|licensed under LICENSE|that is LICENSE licensed|]",
        "[i need|i am looking for|i'm after|looking for|we need|i want] [a|some] [LANG|small|fast|tiny|multilingual|] [model|encoder|pretrained model|models] [for TASK|that does TASK|to do TASK]",
        "[which|what] [LICENSE|LANG] models [are there|do you have|can i use|exist] [for TASK|]",
        "[show|list] [me|] [all|the|] [LANG|LICENSE|small|] [models|cards|encoders|base models] [under SIZE|smaller than SIZE|for TASK|in the catalog|you know|that fit in SIZE|]",
        "[browse|search|look through|check] the [catalog|catalogue|model zoo] for [TASK|a LANG model|something small|models under SIZE|LANG encoders]",
        "[what can i use|what would you use|what do you suggest|what should i take|what is there] for TASK [in LANG|on a laptop|under SIZE|]",
        "[top NUM|the NUM best|NUM] [LANG|] models for TASK [please|]",
        "[a|the smallest|the best|the fastest] [LANG|] model for [TASK|support tickets|customer reviews|legal contracts|tweets|medical notes|product reviews|news] [please|under SIZE|]",
        "which model [for|suits|fits] [support tickets|customer emails|reviews|tweets|short texts|chat messages|contracts] [under SIZE|below SIZE|in LANG|]",
        "what models [can|could] [do|handle|perform] TASK [with at most SIZE|and are LICENSE|]",
    ],
    "inspect_data": [
        "[give|do|run] [FILE a|a] [once-over|sanity check|health check|quick check|check-up|quality check|data check] [of FILE|for FILE|on FILE|]",
        "[run your eyes over|cast an eye on|skim|eyeball|vet|audit] FILE",
        "what [labels|classes|columns|fields|languages] [does FILE use|are in FILE|has FILE got]",
        f"{POLITE} [look at|look over|inspect|check|examine|have a look at|take a look at|analyse|analyze|review|profile|summarise|open|go through|peek into|scan|explore] [FILE|the data in FILE|the file FILE|my data FILE|the dataset FILE] [for me|for problems|for duplicates|first|before we train|]",
        "[what's|what is|what do we have] [inside|in|wrong with|in the file|the quality of] FILE",
        "[are there|do you see|has it got|does FILE have] [any|] [bad rows|duplicates|problems|empty texts|leaks|errors|issues|label mistakes|missing labels|contradictions] [in FILE|]",
        "[is|how clean is|how big is|how balanced is|how messy is] [FILE|the data in FILE] [clean|ok|usable|balanced|good enough|fit for training|]",
        "[how many|which] [rows|labels|classes|examples|sentences|duplicates|categories] [are|does] [there in FILE|FILE have|FILE contain|in FILE]",
        f"{POLITE} [show|tell|give] me [what's in|the labels of|the columns of|statistics of|stats for|a summary of|some rows of|the first rows of|the label distribution of|about|what you make of] FILE",
        "[what does|what do] [FILE|the file FILE] [look like|contain|have in it]",
        "[describe|summarise] the [data|dataset|data set] FILE",
        "is FILE [any good|good enough|clean|usable|ready for training|worth training on]",
    ],
    "compare_models": [
        "[which|what] [models|model|ones|one] [do|does|would do|fare|perform] [well|best|better] on [it|this|that|FILE|this data|that file]",
        "[i can't decide|i hesitate|undecided] between CARD and CARD [for|on] FILE",
        "CARD against CARD on FILE, who is [ahead|better|best]",
        f"{POLITE} [compare|benchmark|try out|pit|test|try] [a few|some|several|different|the|all suitable|multiple|CARD and CARD|CARD against CARD|CARD with CARD|CARD versus CARD] [models|base models|encoders|candidates|] [on|with|using|for] FILE",
        "[CARD or CARD|CARD vs CARD|CARD versus CARD]: which [wins|is better|is best|should i take|does better|performs better|fits] [on|for] FILE",
        "[which|what] [base model|model|encoder|card|one] [is best|works best|does best|wins|performs best|is better|suits best|would be best|should i use|gives the best score] [on|for] [FILE|my data FILE|the data in FILE|the rows of FILE]",
        "[is|does] CARD [better than|beat|outperform|ahead of] CARD on FILE",
        "[run|do|make] a [comparison|benchmark|bake-off|shoot-out|head to head] [of|between|for] [CARD and CARD|some models|models] on FILE",
        "[rank|score] [the|some|] [models|encoders|candidates] on FILE",
        "[who|which one] wins on FILE, CARD or CARD",
        "[find out|tell me|see|check] which [model|encoder|base] [is best|works best|fits best|wins] on FILE",
        "CARD, CARD and CARD on FILE: which one",
    ],
}

CHINESE: dict[str, list[str]] = {
    "find_models": [
        "[有没有|有啥|有什么][适合|能|可以][做|用来|][垃圾短信识别|情感判断|抽取人名|识别公司名|给文章分类|判断意图|给图片分类|把英文翻成中文]的[小|轻量|好用|]模型",
        "做[英译中|中译英|英翻中|德译英][用|选|][哪个|什么|哪种][好|模型|合适|]",
        "[请|帮我|麻烦|麻烦你|能不能|可以|给我|想|我想||||][推荐|找|找找|搜索|查找|搜一下|找一下|推荐一下|介绍|列出|看看有没有][一个|一些|几个|个|][小一点的|好用的|小的|轻量的|合适的|适合的||||][LANG|][TASK|做TASK的|用于TASK的|适合TASK的|可以做TASK的|处理TASK的][预训练|基础|开源||][模型|编码器]",
        "[有没有|有什么|有哪些|有啥|哪些|还有没有][小于SIZE的|SIZE以下的|不超过SIZE的|SIZE以内的|低于SIZE的|支持LANG的|LICENSE许可的|LICENSE协议的|LANG的||]TASK[的|]模型[吗|可以用|推荐|]",
        "[哪个|什么|哪种|哪一个|用什么][模型|预训练模型|基础模型][适合|最适合|比较适合|可以|能|能做|擅长|用来做|比较好做][做|][TASK|客服工单|用户评论|短文本|推文|合同文本][？|吗|，要小于SIZE|]",
        "[我|我们][需要|想要|想找|要|在找][一个|个|][LANG|小型|轻量|多语言|][TASK|做TASK的][模型|编码器][，SIZE以内|，不超过SIZE|，许可要LICENSE|]",
        "[做|要做|想做]TASK[，|][用|该用|应该用|选|该选][哪个|什么|哪种]模型[好|合适|]",
        "[列出|显示|看看|查看][所有|全部|][SIZE以下|LANG|支持LANG|LICENSE许可|][的|][预训练模型|基础模型|模型卡|模型目录|可选模型]",
        "[SIZE以内|小于SIZE]、[能做|做|支持]TASK的[模型|][有吗|有哪些|推荐一下|]",
        "推荐NUM个TASK模型",
        "[模型库|目录|模型目录]里有[什么|哪些][TASK|LANG|]模型",
    ],
    "inspect_data": [
        "[请|帮我|麻烦|先|你|能不能|||][看看|看一下|检查|检查一下|查看|分析|分析一下|瞧瞧|了解一下|打开|浏览|过一遍|审查|看下]FILE[|这个文件|里的数据|这份数据|的数据|的质量|里面有什么|有没有问题|有什么问题]",
        "FILE[里|里面|中|这个文件里|][有|都有|有些|是][什么|哪些|多少][内容|标签|类别|行|条数据|数据|列||]",
        "FILE[的|这份][数据|][质量|标签分布|情况|分布|规模][怎么样|如何|好不好|是什么样|]",
        "FILE[里|中|][有没有|有多少|是否有|存在][重复|重复的|坏|空的|空|矛盾的|错误的|问题|有问题的][行|数据|文本|标签|样本|][吗|？|]",
        "[这份|这个|]数据FILE[怎么样|干净吗|能用吗|适合训练吗|有问题吗|平衡吗]",
        "[统计|总结|概述|描述][一下|]FILE[的标签|的情况|的数据|]",
        "[数据|文件]FILE[长什么样|是什么样的|有几行|有几类]",
    ],
    "compare_models": [
        "[请|帮我|麻烦||在FILE上]比较[一下|][几个|一些|不同的|各个|多个|CARD和CARD|CARD与CARD][模型|][|在FILE上的效果|在FILE上的表现]",
        "[在|用]FILE[上|来|][比较|对比|比一比|测试|评比][几个|一些|不同|多个|CARD和CARD|CARD与CARD|CARD、CARD][模型|哪个好|哪个更好|]",
        "CARD[和|还是|与|跟|或者]CARD[，|][哪个|哪一个|谁][更好|好|更强|更适合|效果好|赢|表现更好][，在FILE上|？用FILE|在FILE上|？FILE上比]",
        "[在|对于|针对]FILE[上|来说|，|][哪个|哪一个|什么|哪种][模型|基础模型|预训练模型|][最好|效果最好|更好|最合适|最适合|表现最好|最强]",
        "FILE[用|适合用|上用|应该用|该用][哪个|什么|哪种]模型[最好|效果好|更好|合适][？|]",
        "对比[一下|]CARD[和|与|、]CARD[在|于]FILE[上|][的表现|的效果|]",
        "给[我|][几个|各个]模型在FILE上[排个名|跑个分|做个对比|做个评测]",
    ],
}
